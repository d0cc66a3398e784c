"""UMAP: near neighbors lie together on the map (decision 020)."""

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry.neighbors import NeighborGraph, nearest_in_space, nearest_within
from al_core.geometry.space import Space, unit_vectors
from al_core.geometry.threads import workers
from al_core.projection.edge_weights import mutual_weights, weights_to_landmarks
from al_core.projection.layout import optimize_layout
from al_core.projection.pca import pca_2d
from al_core.projection.stages import Stages
from al_core.types import Embeddings, Progress, Rows

# umap-learn's default of 15 counts the row itself.
_N_NEIGHBORS = 14
_FEWEST_ROWS = 5
# Landmarks keep the map of a million rows at about a minute.
N_LANDMARKS = 100_000
LANDMARKS_ABOVE = 200_000
_NEIGHBOR_LANDMARKS = 15
_PLACED_ROWS = 2_048
# umap-learn's: epochs of a layout, more of a small one; of points placed in a layout; and how fast those move.
_EPOCHS = 200
_EPOCHS_OF_FEW_ROWS = 500
_FEW_ROWS = 10_000
_EPOCHS_OF_PLACED_ROWS = 30
_RATE_OF_PLACED_ROWS = 0.25
# umap-learn's: the width of the start, and the noise that separates duplicates in it.
_START_WIDTH = 10
_START_NOISE = 1e-4


def umap_2d(
    embeddings: Embeddings, *, seed: int, graph: NeighborGraph | None = None, progress: Progress | None = None
) -> NDArray[np.float32]:
    """Return the (N, 2) UMAP layout of the rows, scaled to length 1: near neighbors lie together.

    It starts from PCA. Without a graph, more than 200,000 rows are laid out in two steps: 100,000 random landmarks
    first, then every other row among its nearest landmarks. The same embeddings and seed give the same layout.
    An embedding that has two columns already is returned as it is.

    Args:
        embeddings: (N, D).
        seed: Of the noise in the start, of the landmarks and of the repulsion.
        graph: The nearest neighbors of every row, 14 or more of each, if the caller has them.
        progress: Called with (done, total) about every second; raise `Cancelled` in it to stop.

    Raises:
        InvalidInputError: `embeddings` is not two-dimensional or a row is not finite, or the graph is of another number
            of rows.

    Source: McInnes, Healy, Melville, arXiv:1802.03426.
    """
    if graph is not None and len(graph.indices) != len(embeddings):
        raise InvalidInputError(
            f"graph has {len(graph.indices)} rows but embeddings has {len(embeddings)}; build it from these embeddings"
        )
    start = pca_2d(embeddings)
    if len(embeddings) < _FEWEST_ROWS or embeddings.shape[1] == 2:
        return start
    rng = np.random.default_rng(seed)
    report = progress or (lambda done, total: None)
    if graph is not None:
        return _lay_out_graph(start, graph, rng, report)
    space = _unit_space(embeddings)
    if count_landmarks(*embeddings.shape):
        return _lay_out_by_landmarks(space, start, rng, report)
    return _lay_out(space, start, rng, report)


def count_landmarks(n_rows: int, width: int) -> int | None:
    """Return how many landmarks `umap_2d` lays out first when it gets no graph; None if it lays out every row.

    Examples:
        >>> count_landmarks(1_000_000, 128), count_landmarks(60_000, 784), count_landmarks(1_000_000, 2)
        (100000, None, None)
    """
    return N_LANDMARKS if n_rows > LANDMARKS_ABOVE and width != 2 else None


def _unit_space(embeddings: Embeddings) -> Space:
    """Return the space of rows of length 1; a row of zeros, which has no direction, has its place at the origin."""
    rows = np.arange(len(embeddings))
    if embeddings.any(axis=1).all():
        return Space.from_embeddings(embeddings, rows, normalize=True)
    return Space.from_embeddings(unit_vectors(embeddings, rows), rows, normalize=False)


def _lay_out(
    space: Space, start: NDArray[np.float32], rng: np.random.Generator, progress: Progress
) -> NDArray[np.float32]:
    stages = Stages(progress, 40, 60)
    graph = nearest_in_space(space, _N_NEIGHBORS, stages.report(0))
    return _lay_out_graph(start, graph, rng, stages.report(1))


def _lay_out_graph(
    start: NDArray[np.float32], graph: NeighborGraph, rng: np.random.Generator, progress: Progress
) -> NDArray[np.float32]:
    weights = mutual_weights(graph.nearest(_N_NEIGHBORS))
    extent = np.maximum(np.ptp(start, axis=0), np.float32(1e-12))
    noise = rng.normal(scale=_START_NOISE, size=start.shape)
    points = (_START_WIDTH * (start - start.min(axis=0)) / extent + noise).astype(np.float32)
    n_epochs = _EPOCHS_OF_FEW_ROWS if len(start) <= _FEW_ROWS else _EPOCHS
    return optimize_layout(points, weights, n_epochs=n_epochs, seed=_draw_seed(rng), progress=progress)


def _lay_out_by_landmarks(
    space: Space, start: NDArray[np.float32], rng: np.random.Generator, progress: Progress
) -> NDArray[np.float32]:
    stages = Stages(progress, 30, 60, 10)
    n_rows = len(space.embeddings)
    landmarks = np.sort(rng.choice(n_rows, N_LANDMARKS, replace=False))
    others = np.delete(np.arange(n_rows), landmarks)
    points = np.zeros((n_rows, 2), np.float32)
    points[landmarks] = _lay_out(space.part(landmarks), start[landmarks], rng, stages.report(0))
    graph = _nearest_landmarks(space, others, landmarks, stages.report(1))
    weights = weights_to_landmarks(others, graph, n_rows)
    # A row whose weights all underflow starts at the origin.
    totals = np.maximum(weights.sum(axis=1), np.float32(1e-12))
    # The weighted mean of its landmarks, where umap-learn's `transform` starts too.
    points[others] = (weights @ points)[others] / totals[others, None]
    return optimize_layout(
        points,
        weights,
        n_epochs=_EPOCHS_OF_PLACED_ROWS,
        rate=_RATE_OF_PLACED_ROWS,
        seed=_draw_seed(rng),
        progress=stages.report(2),
    )


def _nearest_landmarks(space: Space, others: Rows, landmarks: Rows, progress: Progress) -> NeighborGraph:
    parts = []
    with workers() as pool:
        for start in range(0, len(others), _PLACED_ROWS):
            rows = others[start : start + _PLACED_ROWS]
            parts.append(nearest_within(space, rows, landmarks, _NEIGHBOR_LANDMARKS, pool))
            progress(start + len(rows), len(others))
    return NeighborGraph(
        np.concatenate([part.indices for part in parts]), np.concatenate([part.distances for part in parts])
    )


def _draw_seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1 << 62))
