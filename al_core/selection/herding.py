"""Uncertainty herding: cover the uncertain parts of the data.

Bae, Lee, Oliva, Sutherland, Uncertainty Herding: One Active Learning Method for All Label Budgets, ICLR 2025
(arXiv 2412.20644). A chosen row s covers row i by K = exp(-|z_i - z_s|² / sigma²), and a pick's gain is what it adds to
the sum over rows of score times coverage. Unlike the paper's, each pick has the highest product of its own score and
its gain. Coverage is counted along the edges of a neighbor graph, which makes the work proportional to the edges; the
sum is monotone and submodular, so products only fall, and evaluating them lazily picks what evaluating all would pick.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors
from al_core.selection.request import Request
from al_core.selection.spacing import Spacing
from al_core.types import Rows

# Why these values: decision 014. Each label needs points enough to tell its share of the data from the others'.
_MIN_POINTS = 10_000
_POINTS_PER_LABEL = 100
# A row reaches twice as far as one label's share of the data: the coverage of two labels overlaps.
_SHARES_COVERED = 2
_MIN_NEIGHBORS = 32
_MAX_NEIGHBORS = 512
# 512 MB of indices and distances.
_MAX_EDGES = 64_000_000
# The caller's graph serves until a label stands for more than this many times its neighbors.
_GRAPH_REACH = 4
# Beyond so many sigma nothing is covered (e^-100), and squares do not overflow.
_FARTHEST = 10
# The bandwidth of rows that all have the same embedding.
_LEAST_SIGMA = 1e-30


@dataclass(frozen=True, eq=False)
class _Coverage:
    """Who covers whom, and how well each point is covered so far. Points are positions in `rows`.

    Attributes:
        rows: The rows to cover, labeled ones included, ascending.
        indices: (n, k) neighbors of every point; -1 is none.
        similarity: (n, k) how well a point covers each neighbor, 0 to 1.
        covered: (n,), updated.
    """

    rows: Rows
    indices: NDArray[np.int32]
    similarity: NDArray[np.float32]
    covered: NDArray[np.float32]

    @classmethod
    def along_graph(cls, rows: Rows, graph: NeighborGraph, share: float) -> "_Coverage":
        """Cover nothing yet; sigma is the median distance at which a point has one label's share of neighbors."""
        nth = int(np.clip(share, 1, graph.distances.shape[1])) - 1
        sigma = max(float(np.median(graph.distances[:, nth])), _LEAST_SIGMA)
        squares = np.square(np.minimum(graph.distances / sigma, _FARTHEST))
        similarity = np.asarray(np.exp(-squares), np.float32)
        return cls(rows, graph.indices, similarity, np.zeros(len(rows), np.float32))

    def choose(self, point: int) -> None:
        """Count what a chosen point covers."""
        self.covered[point] = 1
        is_point = self.indices[point] >= 0
        neighbors = self.indices[point][is_point]
        self.covered[neighbors] = np.maximum(self.covered[neighbors], self.similarity[point][is_point])


def select_herding(request: Request) -> Rows:
    """Return uncertain rows that together cover the candidates well, both weighted by score^strength.

    Equal scores leave coverage alone (MaxHerding); then the lowest row wins among equals.
    """
    rows, graph = _points(request)
    coverage = _Coverage.along_graph(rows, graph, len(rows) / max(1, request.n_chosen))
    is_labeled = np.isin(rows, request.labeled)
    weights = np.zeros(len(rows), np.float32)
    weights[~is_labeled] = _weights(request)[np.isin(request.candidates, rows)]
    for point in np.flatnonzero(is_labeled).tolist():
        coverage.choose(point)
    return rows[_pick(request, coverage, weights, np.flatnonzero(~is_labeled))]


def _weights(request: Request) -> NDArray[np.float32]:
    weights = request.scores() ** request.config.strength
    highest = weights.max()
    # Scores that are all 0 say nothing, just as scores that are all equal.
    return (weights / highest if highest > 0 else np.ones_like(weights)).astype(np.float32)


def _points(request: Request) -> tuple[Rows, NeighborGraph]:
    """Return the rows to cover, labeled ones included, and their neighbors among each other."""
    space = request.space()
    rows = request.rows
    share = len(rows) / request.n_chosen
    if request.graph is not None and share <= _GRAPH_REACH * request.graph.indices.shape[1]:
        return rows, _within(request.graph, rows)
    n_points = max(_MIN_POINTS, _POINTS_PER_LABEL * request.n_chosen)
    # With min_distance all rows take part, so that the selection ends only when no row is far enough.
    if len(request.candidates) > n_points and request.config.min_distance == -1:
        # Coverage of a sample stands for coverage of all, with enough points for every label.
        sample = np.random.default_rng(request.config.seed).choice(request.candidates, n_points, replace=False)
        rows = np.union1d(sample, request.labeled)
    most = max(_MIN_NEIGHBORS, min(_MAX_NEIGHBORS, _MAX_EDGES // len(rows)))
    k = int(np.clip(_SHARES_COVERED * len(rows) / request.n_chosen, _MIN_NEIGHBORS, most))
    return rows, nearest_neighbors(space.vectors(rows), k, normalize=False)


def _within(graph: NeighborGraph, rows: Rows) -> NeighborGraph:
    """Return the graph between the given rows alone, numbered by their position."""
    position = np.full(len(graph.indices), -1, np.int32)
    position[rows] = np.arange(len(rows), dtype=np.int32)
    return NeighborGraph(position[graph.indices[rows]], graph.distances[rows])


def _pick(request: Request, coverage: _Coverage, weights: NDArray[np.float32], candidates: Rows) -> list[int]:
    from al_core.selection.coverage_kernels import coverage_gains, pop_best

    state = (coverage.indices, coverage.similarity, weights, coverage.covered)
    gains = coverage_gains(*state)
    # A sorted list is a heap.
    heap = candidates[np.argsort(-gains[candidates], kind="stable")]
    spacing = None if request.config.min_distance == -1 else Spacing(request)
    picked: list[int] = []
    for size in range(len(heap), 0, -1):
        if len(picked) == request.n_new:
            break
        best = pop_best(*state, gains, heap, size)
        if spacing is None or spacing.admits(int(coverage.rows[best])):
            coverage.choose(best)
            picked.append(best)
        request.progress(len(picked), request.n_new)
    return picked
