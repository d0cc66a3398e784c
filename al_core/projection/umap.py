"""UMAP: near neighbors lie together on the map (decision 020)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry.neighbors import NeighborGraph, nearest_in_space
from al_core.geometry.space import Space
from al_core.geometry.threads import workers
from al_core.projection.edge_weights import mutual_weights
from al_core.projection.layout import optimize_layout
from al_core.projection.pca import pca_2d
from al_core.projection.placement import Landmarks, place_all
from al_core.projection.stages import Stages
from al_core.types import Embeddings, Progress, Rows

# umap-learn's default of 15 counts the row itself.
_N_NEIGHBORS = 14
_FEWEST_ROWS = 5
# Landmarks keep the map of a million rows at about a minute.
N_LANDMARKS = 100_000
LANDMARKS_ABOVE = 200_000
# umap-learn's: epochs of a layout, more of a small one.
_EPOCHS = 200
_EPOCHS_OF_FEW_ROWS = 500
_FEW_ROWS = 10_000
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
    report = progress or (lambda done, total: None)
    if graph is None and embeddings.ndim == 2 and embeddings.shape[1] and count_landmarks(*embeddings.shape):
        return _lay_out_by_landmarks(_unit_space(embeddings, report), seed, report)
    start = pca_2d(embeddings)
    if len(embeddings) < _FEWEST_ROWS or embeddings.shape[1] == 2:
        return start
    rng = np.random.default_rng(seed)
    if graph is not None:
        return _lay_out_graph(start, graph, rng, report)
    return _lay_out(_unit_space(embeddings, report), start, rng, report)


def count_landmarks(n_rows: int, width: int) -> int | None:
    """Return how many landmarks `umap_2d` lays out first when it gets no graph; None if it lays out every row.

    Examples:
        >>> count_landmarks(1_000_000, 128), count_landmarks(60_000, 784), count_landmarks(1_000_000, 2)
        (100000, None, None)
    """
    return N_LANDMARKS if n_rows > LANDMARKS_ABOVE and width != 2 else None


@dataclass(frozen=True, eq=False)
class LandmarkPlan:
    """Which rows are laid out first, so that the others are placed among them.

    Attributes:
        n_rows: How many there are in all.
        rows: The landmarks, ascending.
        layout_seed: Of their layout.
        placement_seed: Of the placement of the others.
    """

    n_rows: int
    rows: Rows
    layout_seed: int
    placement_seed: int

    @classmethod
    def drawn(cls, n_rows: int, seed: int) -> "LandmarkPlan":
        """Return the plan of a map, which depends on nothing else."""
        rng = np.random.default_rng(seed)
        rows = np.sort(rng.choice(n_rows, N_LANDMARKS, replace=False))
        return cls(n_rows, rows, _draw_seed(rng), _draw_seed(rng))

    def others(self, start: int, stop: int) -> Rows:
        """Return the rows from start to stop that are placed, ascending."""
        first, last = np.searchsorted(self.rows, [start, stop])
        return np.delete(np.arange(start, stop), self.rows[first:last] - start)

    def laid_out(self, vectors: NDArray[np.float32], progress: Progress) -> Landmarks:
        """Return the landmarks, whose vectors (M, D) have length 1, with their places.

        It starts from their own PCA: a sum over all rows would depend on how they are divided.
        """
        rng = np.random.default_rng(self.layout_seed)
        with workers(1):
            start = pca_2d(vectors)
        space = Space(vectors, None, np.ones(len(vectors), np.float32))
        return Landmarks(vectors, _lay_out(space, start, rng, progress), self.placement_seed)


def _unit_space(embeddings: Embeddings, progress: Progress) -> Space:
    """Return the space of rows of length 1; a row of zeros, which has no direction, has its place at the origin."""
    n_rows = len(embeddings)
    return Space.from_embeddings(
        embeddings, np.arange(n_rows), normalize=True, keeps_zeros=True, tick=lambda: progress(0, n_rows)
    )


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


def _lay_out_by_landmarks(space: Space, seed: int, progress: Progress) -> NDArray[np.float32]:
    stages = Stages(progress, 30, 70)
    plan = LandmarkPlan.drawn(len(space.embeddings), seed)
    landmarks = plan.laid_out(space.vectors(plan.rows), stages.report(0))
    others = plan.others(0, plan.n_rows)
    points = np.empty((plan.n_rows, 2), np.float32)
    points[plan.rows] = landmarks.points
    n_placed = 0
    with workers() as pool:
        for rows, places in place_all(landmarks, space, others, pool):
            points[rows] = places
            n_placed += len(rows)
            stages.report(1)(n_placed, len(others))
    return points


def _draw_seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1 << 62))
