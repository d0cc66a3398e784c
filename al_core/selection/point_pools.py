"""Finding the pool of points that are in this process; `k_center` says what makes it exact."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from al_core.selection.bounds import Bounds
from al_core.selection.frontier import Frontier
from al_core.selection.pools import NO_RIVAL, Outcome, Pool, PoolFinder, PoolSizes
from al_core.types import Rows

_ZERO = np.float32(0)
_NO_POINTS = np.empty(0, np.int64)

# Points refreshed before the queue is looked at again: enough blocks for several workers.
_BATCH_POINTS = 4_096
_FEW_PICKS = 24
_MAX_PICKS = 128
_FIRST_POOL = 1_024
_LEAST_POOL = 256
_POOL_BYTES = 64 << 20
# The frontier: several pools, or one in so many of all points, so that it is drawn a few times only.
_POOLS_IN_FRONTIER = 8
_POINTS_PER_FRONTIER_POINT = 16


class PointPools(PoolFinder):
    """Finds pools among the points of `Bounds`."""

    def __init__(self, bounds: Bounds) -> None:
        self.dim = bounds.space.dim
        self.least = bounds.least
        largest = max(_FIRST_POOL, _POOL_BYTES // bounds.centers[:1].nbytes if len(bounds.centers) else _FIRST_POOL)
        self.sizes = PoolSizes(_FIRST_POOL, _LEAST_POOL, largest, _FEW_PICKS, _MAX_PICKS)
        self._bounds = bounds
        self._frontier = Frontier(bounds)
        # The floor of the last pool, which the next one rarely reaches: points that fall below need no more comparing.
        self._last_floor = _ZERO

    def find(self, size: int, tick: Callable[[], None]) -> Pool:
        """Return a pool of about `size` points; `tick` is called now and then and may raise to stop."""
        while True:
            queue = self._frontier.queue()
            if not len(queue):
                # The frontier reached down to 0: whatever is outside is too near, picked or closed.
                if self._frontier.floor <= 0:
                    return self._pool(_NO_POINTS, _ZERO, NO_RIVAL)
                n_points = len(self._bounds.rows)
                self._frontier.draw(max(_POOLS_IN_FRONTIER * size, n_points // _POINTS_PER_FRONTIER_POINT))
                continue
            n_refreshed, floor = self._refresh_front(queue, size, tick)
            # Positions in ascending order, because ties go to the lowest.
            points = self._at_floor(np.sort(queue[:n_refreshed]), floor)
            # Those that fell below the last floor may have been left behind.
            self._bounds.refresh(points, floor, tick)
            points = self._at_floor(points, floor)
            if len(points):
                self._last_floor = floor
                return self._pool(points, floor, self._rival(queue[n_refreshed : n_refreshed + 1], floor))
            # Bounds fell below the floor that they had suggested.
            self._last_floor = _ZERO

    def settle(self, pool: Pool, outcome: Outcome) -> None:
        """Make the picked points of a pool centers."""
        bounds = self._bounds
        bounds.nearest[pool.points] = outcome.nearest
        # Every point of a pool has seen all centers that there were.
        bounds.seen[pool.points] = bounds.n_centers + outcome.seen
        bounds.add_centers(outcome.centers)

    def close(self, points: Rows) -> None:
        """Never offer these points again."""
        self._bounds.nearest[points] = -1

    def lower_weights(self, weights: NDArray[np.float32]) -> None:
        """Give the points weights, (n,), that are no higher than those they had."""
        self._bounds.weights[:] = weights

    def _pool(self, points: Rows, floor: np.float32, rival: int) -> Pool:
        bounds = self._bounds
        source = bounds.space.source(bounds.rows[points])
        return Pool(points, source, bounds.weights[points], bounds.nearest[points], floor, rival)

    def _refresh_front(self, queue: Rows, size: int, tick: Callable[[], None]) -> tuple[int, np.float32]:
        """Refresh a queue until enough points are sure to come before its rest; return how many were, and the floor."""
        highest = np.empty(0, np.float32)
        n_refreshed = 0
        while n_refreshed < len(queue):
            # As long as fewer points than asked for are refreshed, nothing is sure.
            sure = highest.min() if len(highest) == size else np.float32(-1)
            next_bound = self._bounds.values(queue[n_refreshed : n_refreshed + 1])[0]
            if sure >= next_bound:
                return n_refreshed, sure
            batch = queue[n_refreshed : n_refreshed + _BATCH_POINTS]
            self._bounds.refresh(batch, max(self._last_floor, sure), tick)
            highest = _largest(np.concatenate([highest, self._bounds.values(batch)]), size)
            n_refreshed += len(batch)
        # The queue ends where the frontier does: what is outside lies below its floor.
        return n_refreshed, max(self._frontier.floor, highest.min())

    def _at_floor(self, points: Rows, floor: np.float32) -> Rows:
        return points[self._bounds.values(points) >= floor]

    def _rival(self, outside: Rows, floor: np.float32) -> int:
        """Return the first point outside a pool, if its bound is at the floor."""
        return int(outside[0]) if len(outside) and self._bounds.values(outside)[0] == floor else NO_RIVAL


def _largest(values: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    return values if len(values) <= n else np.partition(values, -n)[-n:]
