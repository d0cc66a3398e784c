"""Uncertainty herding: cover the uncertain parts of the data.

Bae, Lee, Oliva, Sutherland, Uncertainty Herding: One Active Learning Method for All Label Budgets, ICLR 2025
(arXiv 2412.20644). A chosen row s covers row i by K = exp(-|z_i - z_s|² / sigma²), and a pick's gain is what it adds to
the sum over rows of score times coverage. Unlike the paper's, each pick has the highest product of its own score and
its gain. Coverage is counted along the edges of a neighbor graph, which makes the work proportional to the edges; the
sum is monotone and submodular, so products only fall, and evaluating them lazily picks what evaluating all would pick.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from al_core.geometry import kernels
from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors
from al_core.selection.goals import constant_factors
from al_core.selection.greedy import cover, pick_lazily
from al_core.selection.request import Request
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.selection.coverage_kernels import CoverageArrays

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


def select_herding(request: Request) -> Rows:
    """Return uncertain rows that together cover the candidates well, both weighted by score^strength.

    Equal scores leave coverage alone (MaxHerding); then the lowest row wins among equals. Goals weigh what picking a
    row is worth, and not what covering it is.
    """
    kernels.load()
    points = _points(request)
    picked = _herd(request, points)
    if len(picked) < request.n_new and len(points.rows) < len(request.rows):
        # The limits have closed the whole sample, or ask for rows that are not in it.
        picked = _herd(request, _all_points(request))
    return picked


class _Points(NamedTuple):
    """The rows to cover, labeled ones included, and their neighbors among each other."""

    rows: Rows
    graph: NeighborGraph


def _herd(request: Request, points: _Points) -> Rows:
    rows = points.rows
    is_labeled = np.isin(rows, request.labeled)
    candidates = rows[~is_labeled]
    worth = np.zeros(len(rows), np.float32)
    # Both are ascending, so values and places line up.
    worth[~is_labeled] = _weights(request)[np.isin(request.candidates, rows)]
    weights = worth.copy()
    if request.config.goals or request.config.budget:
        weights[~is_labeled] *= constant_factors(request, candidates).astype(np.float32)
    coverage = _coverage(points.graph, worth, weights, len(rows) / max(1, request.n_chosen))
    # Labeled rows cover before the first pick, and are worth nothing themselves.
    for point in np.flatnonzero(is_labeled).tolist():
        cover(coverage, point)
    limits = request.limits(rows)
    limits.close(is_labeled)
    picked = pick_lazily(
        coverage,
        request.shortage(rows),
        limits,
        rows,
        spacing=request.spacing_among(rows),
        n_new=request.n_new,
        progress=request.progress,
    )
    return rows[picked]


def _coverage(
    graph: NeighborGraph, worth: NDArray[np.float32], weights: NDArray[np.float32], share: float
) -> "CoverageArrays":
    """Cover nothing yet; sigma is the median distance at which a point has one label's share of neighbors."""
    from al_core.selection.coverage_kernels import CoverageArrays

    sigma = max(_bandwidth(graph.distances, share), _LEAST_SIGMA)
    squares = np.square(np.minimum(graph.distances / sigma, _FARTHEST))
    similarity = np.asarray(np.exp(-squares), np.float32)
    return CoverageArrays(graph.indices, similarity, np.zeros(len(worth), np.float32), worth, weights)


def _bandwidth(distances: NDArray[np.floating], share: float) -> float:
    n_neighbors = distances.shape[1]
    # A row that is alone has no neighbors, and covers itself at any bandwidth.
    return float(np.median(distances[:, int(np.clip(share, 1, n_neighbors)) - 1])) if n_neighbors else 0.0


def _weights(request: Request) -> NDArray[np.float32]:
    weights = request.scores() ** request.config.strength
    # Scaled, so that small scores to a high power do not vanish in float32.
    highest = weights.max()
    # Scores that are all 0 say nothing, just as scores that are all equal.
    return (weights / highest if highest > 0 else np.ones_like(weights)).astype(np.float32)


def reaches(n_neighbors: int, n_rows: int, n_chosen: int) -> bool:
    """Return whether a graph of so many neighbors serves a selection of `n_chosen` out of `n_rows` rows."""
    return n_rows / n_chosen <= _GRAPH_REACH * n_neighbors


def _points(request: Request) -> _Points:
    rows = request.rows
    if request.graph is not None and reaches(request.graph.indices.shape[1], len(rows), request.n_chosen):
        return _Points(rows, _within(request.graph, rows))
    n_points = max(_MIN_POINTS, _POINTS_PER_LABEL * request.n_chosen)
    # With min_distance all rows take part, so that the selection ends only when no row is far enough.
    if len(request.candidates) > n_points and request.config.min_distance == -1:
        # Coverage of a sample stands for coverage of all, with enough points for every label.
        sample = np.random.default_rng(request.config.seed).choice(request.candidates, n_points, replace=False)
        return _with_neighbors(request, np.union1d(sample, request.labeled))
    return _with_neighbors(request, rows)


def _all_points(request: Request) -> _Points:
    if request.graph is not None:
        return _Points(request.rows, _within(request.graph, request.rows))
    return _with_neighbors(request, request.rows)


def _with_neighbors(request: Request, rows: Rows) -> _Points:
    most = max(_MIN_NEIGHBORS, min(_MAX_NEIGHBORS, _MAX_EDGES // len(rows)))
    k = int(np.clip(_SHARES_COVERED * len(rows) / request.n_chosen, _MIN_NEIGHBORS, most))
    vectors = request.vectors().read(rows)
    return _Points(rows, nearest_neighbors(vectors, k, normalize=False, progress=lambda done, total: request.tick()))


def _within(graph: NeighborGraph, rows: Rows) -> NeighborGraph:
    """Return the graph between the given rows alone, numbered by their position."""
    position = np.full(len(graph.indices), -1, np.int32)
    position[rows] = np.arange(len(rows), dtype=np.int32)
    # A neighbor outside the rows becomes -1, which covers nobody.
    return NeighborGraph(position[graph.indices[rows]], graph.distances[rows])
