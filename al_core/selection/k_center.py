"""Exact greedy k-center at the speed of matrix products.

The distance from a point to its nearest centre only falls as centres are added, so an old distance is an upper bound,
and a point is compared with newer centres only when its bound could still win. Points are refreshed many at a time
against many centres by one matrix product, whose rounding is settled by exact distances. The farthest points form a
pool, from which centres are picked for as long as no point outside can be farther.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from threading import local

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.space import LANES, Source, Space, rounding
from al_core.selection.k_center_kernels import lower_to_nearest, pick_from_pool
from al_core.selection.sketch import Sketches
from al_core.types import Rows

_BLOCK_ROWS = 512
_BATCH_ROWS = 8 * _BLOCK_ROWS
_FIRST_CENTRES, _BLOCK_CENTRES = 512, 1024
# A sketch that leaves more pairs open costs more than it saves; the first comparisons of a point always leave some.
_PAIRS_PER_MEASURED, _FIRST_MEASURED = 12, 8
_POOL_BYTES = 64 << 20
_FEW_PICKS, _MAX_PICKS = 24, 128
_ZERO = np.float32(0)
# Not infinity, which has no product with a weight of 0.
_UNSEEN = np.finfo(np.float32).max


class KCenter:
    """Points, centres, and the distance of each point to its nearest centre as far as it matters.

    Points are known by position in `rows`. All distances are squared. The value of a point is its weight times its
    distance, or -1 once it is nearer than `least`; like the distance it only falls.
    """

    def __init__(
        self,
        space: Space,
        rows: Rows,
        centre_rows: Rows,
        n_new: int,
        workers: Executor,
        *,
        weights: NDArray[np.float32] | None = None,
        least: np.float32 = _ZERO,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Hold the points `rows` and the centres `centre_rows`, with room for `n_new` more."""
        n_centres, dim = len(centre_rows) + n_new, space.embeddings.shape[1]
        self.space = space
        self.rows = rows
        self.weights = np.ones(len(rows), np.float32) if weights is None else weights
        self.least = least
        self.nearest = np.full(len(rows), _UNSEEN, np.float32)
        self.seen = np.zeros(len(rows), np.int64)
        self.centres = np.zeros((n_centres, -(-dim // LANES) * LANES), np.float32)
        self.norms = np.zeros(n_centres, np.float32)
        self.n_centres = 0
        self._workers, self._buffers = workers, local()
        self._sketches = Sketches.of(space, rows, n_centres, workers, tick)
        self._n_compared = self._n_measured = 0
        self.centres[: len(centre_rows)] = space.padded(centre_rows)
        self._append(centre_rows)
        self._active, self._active_floor = np.empty(0, np.int64), np.float32(np.inf)
        self._pool_size = 1024
        self._floor = np.float32(0)

    def pick(self, n: int, tick: Callable[[], None]) -> Rows:
        """Make up to `n` points centres, each of the highest value after those before it.

        Returns:
            Positions in the order picked; none if no point is left that is far enough.
        """
        pool, n_eligible = self._find_pool(tick)
        if not len(pool):
            return pool
        picked = np.empty(min(n, _MAX_PICKS), np.int64)
        nearest, seen = self.nearest[pool], self.seen[pool]
        n_picked = pick_from_pool(
            *self.space.source(self.rows[pool]), self.weights[pool], self.least, nearest, seen, n_eligible, self._floor,
            self.centres, self.n_centres, picked,
        )  # fmt: skip
        self.nearest[pool], self.seen[pool] = nearest, seen
        self._append(self.rows[pool[picked[:n_picked]]])
        self._resize_pool(n_picked)
        return pool[picked[:n_picked]]

    def highest_value(self) -> np.float32:
        """Return the value of the point that would be picked next; 0 if there is none."""
        self._pool_size = 1
        pool, _ = self._find_pool(lambda: None)
        highest: np.float32 = self._values(pool).max(initial=_ZERO)
        return highest

    def _append(self, rows: Rows) -> None:
        """Count vectors in that are among the centres already."""
        new = slice(self.n_centres, self.n_centres + len(rows))
        self.norms[new] = self.space.norms[rows]
        if self._sketches:
            self._sketches.append(new, rows)
        self.n_centres = new.stop

    def _values(self, points: Rows | slice) -> NDArray[np.float32]:
        nearest = self.nearest[points]
        return np.where(nearest >= self.least, self.weights[points] * nearest, np.float32(-1))

    def _find_pool(self, tick: Callable[[], None]) -> tuple[Rows, int]:
        """Return the points of highest value, and how many of them win a tie at the floor.

        No other point is above the floor, nor at the floor and of a lower position than those that win a tie.
        """
        while True:
            queue = self._queue()
            if not len(queue):
                if self._active_floor <= 0:
                    return queue, 0
                self._activate()
                continue
            refreshed, self._floor = self._refresh_best(queue, tick)
            pool = self._at_floor(np.sort(queue[:refreshed]))
            self._refresh(pool, self._floor)
            pool = self._at_floor(pool)
            if len(pool):
                rest = queue[refreshed : refreshed + 1]
                rival = rest[self._values(rest) == self._floor]
                return pool, int(np.searchsorted(pool, rival[0])) if len(rival) else len(pool)
            # Bounds fell below the floor that they had suggested.
            self._floor = _ZERO

    def _at_floor(self, points: Rows) -> Rows:
        return points[self._values(points) >= self._floor]

    def _refresh_best(self, queue: Rows, tick: Callable[[], None]) -> tuple[int, np.float32]:
        """Refresh a queue until enough points are sure to come before its rest; return how many were, and the floor."""
        top, refreshed = np.empty(0, np.float32), 0
        while refreshed < len(queue):
            sure = top.min() if len(top) == self._pool_size else np.float32(-1)
            if sure >= self._values(queue[refreshed : refreshed + 1])[0]:
                return refreshed, sure
            batch = queue[refreshed : refreshed + _BATCH_ROWS]
            self._refresh(batch, max(self._floor, sure))
            top = _largest(np.concatenate([top, self._values(batch)]), self._pool_size)
            refreshed += len(batch)
            tick()
        return refreshed, max(self._active_floor, top.min())

    def _queue(self) -> Rows:
        """Return the active points, the highest value first and the lowest position among equals."""
        values = self._values(self._active)
        keep = values >= self._active_floor
        self._active, values = self._active[keep], values[keep]
        # The bits of floats that are not negative rise with their value.
        falling = np.uint64(0xFFFFFFFF) - values.view(np.uint32).astype(np.uint64)
        keys = np.sort((falling << np.uint64(32)) | self._active.astype(np.uint64))
        return (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)

    def _activate(self) -> None:
        """Let only the points of highest value take part, so that the others are not looked at in every round."""
        values, size = self._values(slice(None)), max(8 * self._pool_size, len(self.rows) // 16)
        self._active_floor = max(np.partition(values, -size)[-size], _ZERO) if size < len(values) else _ZERO
        self._active = np.flatnonzero(values >= self._active_floor)

    def _resize_pool(self, n_picked: int) -> None:
        largest = max(1024, _POOL_BYTES // self.centres[0].nbytes)
        if n_picked < _FEW_PICKS:
            self._pool_size = min(2 * self._pool_size, largest)
        elif n_picked == _MAX_PICKS:
            self._pool_size = max(self._pool_size // 2, 256)

    def _refresh(self, points: Rows, drop: np.float32) -> None:
        """Compare points with the centres they have not seen; one whose value falls below `drop` may be left behind."""
        stale = points[(self.seen[points] < self.n_centres) & (self.nearest[points] > 0)]
        stale = stale[np.argsort(self.seen[stale], kind="stable")]
        parts = [stale[start : start + _BLOCK_ROWS] for start in range(0, len(stale), _BLOCK_ROWS)]
        for n_compared, n_measured in self._workers.map(lambda part: self._refresh_block(part, drop), parts):
            self._n_compared += n_compared
            self._n_measured += n_measured
        if self._n_measured > _FIRST_MEASURED * len(self.rows) + self._n_compared // _PAIRS_PER_MEASURED:
            self._sketches = None

    def _refresh_block(self, block: Rows, drop: np.float32) -> tuple[int, int]:
        rows, nearest, first, width = self.rows[block], self.nearest[block], int(self.seen[block].min()), _FIRST_CENTRES
        norms, n_compared, n_measured = self.space.norms[rows], 0, 0
        points, centres, source, tolerance = self._factors(block)
        while first < self.n_centres and len(block):
            new = slice(first, min(first + width, self.n_centres))
            products = np.matmul(points, centres[new].T, out=self._buffer(len(block), new.stop - first))
            n_measured += lower_to_nearest(
                nearest, products, norms, tolerance, *source, self.centres[new], self.norms[new]
            )
            n_compared += products.size
            self.nearest[block], self.seen[block] = nearest, np.maximum(self.seen[block], new.stop)
            first, width = new.stop, _BLOCK_CENTRES
            keep = self._values(block) >= drop
            if not keep.all():
                block, points, norms, nearest = block[keep], points[keep], norms[keep], nearest[keep]
                source = source.take(keep)
        return n_compared, n_measured

    def _factors(self, block: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32], Source, np.float32]:
        """Return what is multiplied for points and for centres, the points themselves, and the error of products."""
        if self._sketches:
            return (
                self._sketches.points[block],
                self._sketches.centres,
                self.space.source(self.rows[block]),
                self._sketches.tolerance,
            )
        vectors = self.space.padded(self.rows[block])
        return vectors, self.centres, Source.of(vectors), rounding(self.centres.shape[1])

    def _buffer(self, n_rows: int, n_columns: int) -> NDArray[np.float32]:
        if not hasattr(self._buffers, "products"):
            self._buffers.products = np.empty(_BLOCK_ROWS * _BLOCK_CENTRES, np.float32)
        products: NDArray[np.float32] = self._buffers.products
        return products[: n_rows * n_columns].reshape(n_rows, n_columns)


def _largest(values: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    return values if len(values) <= n else np.partition(values, -n)[-n:]
