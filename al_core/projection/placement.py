"""The places of rows among landmarks: a map of more rows than are laid out (decision 020).

Landmarks stay where they are, and push and pull every other row alone. So rows can be placed in any order, in any
process, and have the same places to the last bit.

Source: McInnes, Healy, Melville, UMAP, arXiv:1802.03426; the steps are those of umap-learn's `transform`.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.exact_neighbors import run_tasks
from al_core.geometry.neighbors import nearest_in
from al_core.geometry.space import Space, aligned_runs
from al_core.projection.edge_weights import weights_to_landmarks
from al_core.types import Rows

PLACED_ROWS = 256
"""Rows are placed in runs that start at multiples of it: the products of a run are the same wherever it is placed, and
with 100,000 landmarks of 1,024 components take about a second, after which a cancel is heard."""
_NEIGHBORS = 15
# umap-learn's: epochs of points placed in a layout, and how fast those move.
_EPOCHS = 30
_RATE = 0.25


class Vectors(Protocol):
    """Rows that can be read."""

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors of the given rows, (n, D) float32."""


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Rows that have their places on a map.

    Attributes:
        vectors: (M, D).
        points: (M, 2) their places.
        seed: Of the landmarks that push a row away.
    """

    vectors: NDArray[np.float32]
    points: NDArray[np.float32]
    seed: int

    def place(self, rows: Rows, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the (n, 2) places of other rows, whose vectors (n, D) are near those of landmarks.

        Args:
            rows: Their numbers in the dataset, which tell their random numbers apart.
            vectors: (n, D).
        """
        from al_core.projection.layout_kernel import place

        space = Space(self.vectors, None, np.ones(len(self.vectors), np.float32))
        graph = nearest_in(space, vectors, _NEIGHBORS)
        weights = weights_to_landmarks(graph)
        # A row whose weights all underflow starts at the origin.
        totals = np.maximum(weights.sum(axis=1, keepdims=True), np.float32(1e-12))
        # The weighted mean of its landmarks, where umap-learn's `transform` starts too.
        points: NDArray[np.float32] = np.einsum("nk,nkd->nd", weights / totals, self.points[graph.indices])
        # An edge of weight w takes part in w of all epochs; one that would not take part once never does.
        weights[weights < 1 / _EPOCHS] = 0
        numbers = rows + len(self.vectors)
        place(
            points,
            numbers,
            self.points,
            graph.indices,
            weights,
            np.int64(_EPOCHS),
            np.float32(_RATE),
            np.uint64(self.seed),
        )
        return points


def place_all(
    landmarks: Landmarks,
    ground: Vectors,
    rows: Rows,
    pool: Executor,
    *,
    first_row: int = 0,
    tick: Callable[[], None] | None = None,
) -> Iterator[tuple[Rows, NDArray[np.float32]]]:
    """Yield rows and their places, run by run.

    Args:
        landmarks: Those that have places.
        ground: Where the rows are read.
        rows: Ascending, in the numbers of `ground`.
        pool: The threads in which they are placed.
        first_row: The row of the dataset that the first of `ground` is, a multiple of `PLACED_ROWS`.
        tick: Called after each run; it may raise to stop.
    """
    runs = aligned_runs(rows, PLACED_ROWS)
    places = run_tasks(pool, lambda run: landmarks.place(run + first_row, ground.vectors(run)), runs, tick)
    yield from zip(runs, places, strict=True)
