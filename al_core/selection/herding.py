"""Uncertainty herding: cover the uncertain parts of the data.

Bae, Lee, Oliva, Sutherland, Uncertainty Herding: One Active Learning Method for All Label Budgets, ICLR 2025
(arXiv 2412.20644). A chosen row s covers row i by K = exp(-|z_i - z_s|² / sigma²), and a pick's gain is what it adds to
the sum over rows of score times coverage. Unlike the paper's, each pick has the highest product of its own score and
its gain. Coverage is counted along the edges of a neighbour graph, which makes the work proportional to the edges; the
sum is monotone and submodular, so products only fall, and evaluating them lazily picks what evaluating all would pick.
"""

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors
from al_core.selection.request import Request
from al_core.selection.spacing import Spacing
from al_core.types import Rows

_MIN_POINTS, _POINTS_PER_LABEL = 10_000, 100
_MIN_NEIGHBORS, _MAX_NEIGHBORS, _SHARES_COVERED = 32, 512, 2
_MAX_EDGES = 64_000_000
# A given graph serves until a label stands for more than this many times its neighbours.
_GRAPH_REACH = 4


def select_herding(request: Request) -> Rows:
    """Return uncertain rows that together cover the candidates well, both weighted by score^strength.

    Equal scores leave coverage alone (MaxHerding); then the lowest row wins among equals.
    """
    rows, graph = _points(request)
    share = len(rows) / max(1, len(request.labeled) + request.n_new)
    similarity = _similarity(graph, share)
    labeled = np.isin(rows, request.labeled)
    weights = np.zeros(len(rows), np.float32)
    weights[~labeled] = _weights(request)[np.isin(request.candidates, rows)]
    return rows[_greedy(request, rows, graph.indices, similarity, weights, labeled)]


def _weights(request: Request) -> NDArray[np.float32]:
    weights = request.scores() ** request.config.strength
    highest = weights.max()
    return (weights / highest if highest > 0 else np.ones_like(weights)).astype(np.float32)


def _points(request: Request) -> tuple[Rows, NeighborGraph]:
    """Return the rows to cover, labeled ones included, and their neighbours among each other."""
    space, total = request.space(), len(request.labeled) + request.n_new
    rows = request.rows
    share = len(rows) / total
    if request.graph is not None and share <= _GRAPH_REACH * request.graph.indices.shape[1]:
        return rows, _within(request.graph, rows)
    n_points = max(_MIN_POINTS, _POINTS_PER_LABEL * total)
    if len(request.candidates) > n_points and request.config.min_distance == -1:
        # Coverage of a sample stands for coverage of all, with enough points for every label.
        sample = np.random.default_rng(request.config.seed).choice(request.candidates, n_points, replace=False)
        rows = np.union1d(sample, request.labeled)
    most = max(_MIN_NEIGHBORS, min(_MAX_NEIGHBORS, _MAX_EDGES // len(rows)))
    k = int(np.clip(_SHARES_COVERED * len(rows) / total, _MIN_NEIGHBORS, most))
    return rows, nearest_neighbors(space.vectors(rows), k, normalize=False)


def _within(graph: NeighborGraph, rows: Rows) -> NeighborGraph:
    """Return the graph between the given rows alone, numbered by their position."""
    position = np.full(len(graph.indices), -1, np.int32)
    position[rows] = np.arange(len(rows), dtype=np.int32)
    return NeighborGraph(position[graph.indices[rows]], graph.distances[rows])


def _similarity(graph: NeighborGraph, share: float) -> NDArray[np.float32]:
    """Return exp(-d² / sigma²), sigma the median distance at which a point has one label's share of neighbours."""
    nth = int(np.clip(share, 1, graph.distances.shape[1])) - 1
    sigma = max(float(np.median(graph.distances[:, nth])), 1e-30)
    # Beyond 10 sigma nothing is covered, and squares do not overflow.
    return np.asarray(np.exp(-np.square(np.minimum(graph.distances / sigma, 10))), np.float32)


def _greedy(
    request: Request,
    rows: Rows,
    indices: NDArray[np.int32],
    similarity: NDArray[np.float32],
    weights: NDArray[np.float32],
    labeled: NDArray[np.bool_],
) -> list[int]:
    from al_core.selection.coverage_kernels import coverage_gains, take_best

    covered = np.zeros(len(rows), np.float32)
    for i in np.flatnonzero(labeled).tolist():
        _cover(covered, i, indices, similarity)
    gains = coverage_gains(indices, similarity, weights, covered)
    open_points = np.flatnonzero(~labeled)
    heap = open_points[np.argsort(-gains[open_points], kind="stable")]
    spacing, picked = None if request.config.min_distance == -1 else Spacing(request), list[int]()
    for size in range(len(heap), 0, -1):
        if len(picked) == request.n_new:
            break
        best = take_best(indices, similarity, weights, covered, gains, heap, size)
        if spacing is None or spacing.admits(int(rows[best])):
            _cover(covered, best, indices, similarity)
            picked.append(best)
        request.progress(len(picked), request.n_new)
    return picked


def _cover(covered: NDArray[np.float32], i: int, indices: NDArray[np.int32], similarity: NDArray[np.float32]) -> None:
    covered[i] = 1
    inside = indices[i] >= 0
    others = indices[i][inside]
    covered[others] = np.maximum(covered[others], similarity[i][inside])
