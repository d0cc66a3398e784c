"""Upper bounds on the distance of points to their nearest center, refreshed many at a time by matrix products."""

from collections.abc import Callable
from concurrent.futures import Executor
from threading import local
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.exact_neighbors import run_tasks
from al_core.geometry.lanes import padded_width
from al_core.geometry.space import Source, Space, rounding, row_runs, squared_norms
from al_core.selection.k_center_kernels import lower_to_nearest
from al_core.selection.sketch import sketch_if_worthwhile
from al_core.types import Rows

# One product is of so many points and centers: 2 MB, which stay in the cache while they are read. The first is smaller,
# because most points are out of the running after it.
_BLOCK_POINTS = 512
_FIRST_CENTERS = 512
_BLOCK_CENTERS = 1_024
# A sketch that leaves more than one pair in so many to be measured costs more than it saves. The first comparisons of a
# point always leave some, which do not count.
_PAIRS_PER_MEASURED = 12
_FIRST_MEASURED = 8
# Not infinity, which has no product with a weight of 0.
_UNSEEN = np.finfo(np.float32).max


class _Block(NamedTuple):
    """Points that are compared at once.

    Attributes:
        points: (b,) positions.
        factors: (b, k) what is multiplied with the centers: their vectors or sketches.
        source: The vectors.
        norms: (b,) squared norms.
        nearest: (b,) squared distances to the nearest center, as far as it was compared.
    """

    points: Rows
    factors: NDArray[np.float32]
    source: Source
    norms: NDArray[np.float32]
    nearest: NDArray[np.float32]

    def where(self, mask: NDArray[np.bool_]) -> "_Block":
        return _Block(
            self.points[mask], self.factors[mask], self.source.where(mask), self.norms[mask], self.nearest[mask]
        )


class Bounds:
    """Points, centers, and how far each point is from its nearest center at most.

    Points are positions in `rows`. All distances are squared. The value of a point is its weight times its distance, or
    -1 once it is nearer than `least`. Two things always hold:

    - `nearest[p]` is the least distance of p to the first `seen[p]` centers. So it is at least the distance to the
      nearest of all centers, and exact once `seen[p] == n_centers`, or once it is 0.
    - Distances and values only fall as centers are added.

    Attributes:
        nearest: (n,).
        seen: (n,).
        centers: (m, D) zero-padded vectors; those from `n_centers` on are still to come.
        n_centers: How many there are.
    """

    def __init__(  # noqa: PLR0913 - the state of one search, the last three by keyword
        self,
        space: Space,
        rows: Rows,
        centers: NDArray[np.float32],
        n_new: int,
        workers: Executor,
        *,
        weights: NDArray[np.float32],
        least: np.float32,
        tick: Callable[[], None],
    ) -> None:
        """Hold the points `rows` and the centers (m, D), with room for `n_new` more."""
        n_centers = len(centers) + n_new
        self.space = space
        self.rows = rows
        self.weights = weights
        self.least = least
        self.nearest = np.full(len(rows), _UNSEEN, np.float32)
        self.seen = np.zeros(len(rows), np.int32)
        self.centers = np.zeros((n_centers, padded_width(space.dim)), np.float32)
        self.n_centers = 0
        self._norms = np.zeros(n_centers, np.float32)
        self._sketches = sketch_if_worthwhile(space, rows, n_centers, workers, tick)
        self._n_compared = 0
        self._n_measured = 0
        self._workers = workers
        self._buffers = local()
        self.add_centers(centers)

    def add_centers(self, vectors: NDArray[np.float32]) -> None:
        """Count in new centers (k, D), zero-padded or not: vectors and not rows, for they may come from elsewhere."""
        added = slice(self.n_centers, self.n_centers + len(vectors))
        self.centers[added, : vectors.shape[1]] = vectors
        self._norms[added] = squared_norms(self.centers[added])
        if self._sketches:
            self._sketches.append(added, self.centers[added, : self.space.dim])
        self.n_centers = added.stop

    def values(self, points: Rows | slice) -> NDArray[np.float32]:
        """Return the values of points as their bounds tell them."""
        nearest = self.nearest[points]
        return np.where(nearest >= self.least, self.weights[points] * nearest, np.float32(-1))

    def refresh(self, points: Rows, drop: np.float32, tick: Callable[[], None] = lambda: None) -> None:
        """Compare points with the centers they have not seen; one whose value falls below `drop` may be left behind.

        `tick` is called after every block of points and may raise to stop.
        """
        # Only a distance of 0 cannot fall any further.
        stale = points[(self.seen[points] < self.n_centers) & (self.nearest[points] > 0)]
        # Points of one block that have seen about as many centers have few to see again.
        stale = stale[np.argsort(self.seen[stale], kind="stable")]
        parts = row_runs(stale, _BLOCK_POINTS)
        for n_compared, n_measured in run_tasks(
            self._workers, lambda part: self._refresh_block(part, drop), parts, tick
        ):
            self._n_compared += n_compared
            self._n_measured += n_measured
        if self._n_measured > _FIRST_MEASURED * len(self.rows) + self._n_compared // _PAIRS_PER_MEASURED:
            self._sketches = None

    def _refresh_block(self, points: Rows, drop: np.float32) -> tuple[int, int]:
        """Refresh one block; return how many pairs were compared, and how many of them measured exactly."""
        n_compared = 0
        n_measured = 0
        block = self._block(points)
        factors, tolerance = self._center_factors()
        first = int(self.seen[points].min())
        width = _FIRST_CENTERS
        while first < self.n_centers and len(block.points):
            part = slice(first, min(first + width, self.n_centers))
            buffer = self._buffer(len(block.points), part.stop - first)
            products = np.matmul(block.factors, factors[part].T, out=buffer)
            n_measured += lower_to_nearest(
                block.nearest, products, block.norms, tolerance, block.source, self.centers[part], self._norms[part]
            )
            n_compared += products.size
            # Written back before points are left behind, so that what was measured is not lost.
            self.nearest[block.points] = block.nearest
            # Points of a block start together but may have seen different numbers of centers.
            self.seen[block.points] = np.maximum(self.seen[block.points], part.stop)
            is_running = self.values(block.points) >= drop
            if not is_running.all():
                block = block.where(is_running)
            first = part.stop
            width = _BLOCK_CENTERS
        return n_compared, n_measured

    def _block(self, points: Rows) -> _Block:
        rows = self.rows[points]
        if self._sketches:
            source = self.space.source(rows)
            factors = self._sketches.points[points]
        else:
            factors = self.space.padded(rows)
            source = Source.from_vectors(factors)
        return _Block(points, factors, source, self.space.norms[rows], self.nearest[points])

    def _center_factors(self) -> tuple[NDArray[np.float32], np.float32]:
        """Return what stands for the centers in products, and the relative error of products with it."""
        if self._sketches:
            return self._sketches.centers, self._sketches.tolerance
        return self.centers, rounding(self.centers.shape[1])

    def _buffer(self, n_rows: int, n_columns: int) -> NDArray[np.float32]:
        """Return room for products, the same again and again: fresh memory would have to be cleared by the system."""
        if not hasattr(self._buffers, "products"):
            # One buffer per thread: blocks are refreshed side by side.
            self._buffers.products = np.empty(_BLOCK_POINTS * _BLOCK_CENTERS, np.float32)
        products: NDArray[np.float32] = self._buffers.products
        return products[: n_rows * n_columns].reshape(n_rows, n_columns)
