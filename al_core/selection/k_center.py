"""Exact greedy k-center at the speed of matrix products (decision 011).

The distance from a point to its nearest center only falls as centers are added, so an old distance is an upper bound,
and a point is compared with newer centers only when its bound could still win. In plain words:

    frontier = no points                                              # points of high value: frontier.py
    until n are picked:
        queue = the frontier by value, highest first
        if the queue is empty:
            stop if the frontier held all points that are far enough, else draw it anew and begin again
        refresh the queue from its front, block by block, by matrix products                        # bounds.py
            until `pool_size` refreshed points are all at least as high as the next one's bound
        floor = the lowest of these; pool = the refreshed points at the floor or above, fully refreshed
        while the pool's highest bound is above the floor:                                    # pick_from_pool
            if that point has seen all centers: pick it, it is a center now
            otherwise compare it with the centers picked since, and put it back by its new value

What makes it exact, each stated again where it is kept:

    1. A bound is never below the distance it bounds, and exact once a point has seen all centers (`Bounds`).
    2. Values only fall, so a point outside the frontier stays below the frontier's floor (`Frontier`).
    3. No point outside the pool is above the pool's floor, nor at the floor with a lower position than the first
       `n_eligible` points of the pool, so one of the pool is the next pick (`_Pool`).
    4. Whatever the rounding of a product leaves open is measured by the one exact distance (`lower_to_nearest`).
"""

from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.space import Space
from al_core.selection.bounds import Bounds
from al_core.selection.frontier import Frontier
from al_core.selection.k_center_kernels import pick_from_pool
from al_core.types import Rows

_ZERO = np.float32(0)
_NO_POINTS = np.empty(0, np.int64)

# Points refreshed before the queue is looked at again: enough blocks for several workers.
_BATCH_POINTS = 4_096
# The pool doubles after a round of few picks, which does not repay the refreshing, and halves after a full one, which
# measured every point of the pool against many new centers, one pair at a time.
_FEW_PICKS = 24
_MAX_PICKS = 128
_FIRST_POOL = 1_024
_LEAST_POOL = 256
_POOL_BYTES = 64 << 20
# The frontier: several pools, or one in so many of all points, so that it is drawn a few times only.
_POOLS_IN_FRONTIER = 8
_POINTS_PER_FRONTIER_POINT = 16


class _Pool(NamedTuple):
    """Fully refreshed points, one of which is the next pick.

    Attributes:
        points: Ascending; empty if no point is left that is far enough.
        floor: No point outside is above it.
        n_eligible: The first so many points win a tie at the floor: a point outside has a higher position.
    """

    points: Rows
    floor: np.float32
    n_eligible: int


class _PoolSearch:
    """A search of a pool on copies of its bounds.

    Attributes:
        nearest: (p,) squared distances to the nearest center.
        seen: (p,) how many centers each point was compared with.
    """

    def __init__(self, bounds: Bounds, pool: _Pool) -> None:
        self.nearest = bounds.nearest[pool.points]
        self.seen = bounds.seen[pool.points]
        self._bounds = bounds
        self._pool = pool

    def pick(self, n: int) -> Rows:
        """Return up to n places in the pool; the vectors of the picks stand behind the centers then."""
        picked = np.empty(n, np.int64)
        n_picked = pick_from_pool(
            self._bounds.space.source(self._bounds.rows[self._pool.points]),
            self._bounds.weights[self._pool.points],
            self._bounds.least,
            self.nearest,
            self.seen,
            self._pool.n_eligible,
            self._pool.floor,
            self._bounds.centers,
            self._bounds.n_centers,
            picked,
        )
        return picked[:n_picked]


class KCenter:
    """Picks points one after the other, each of the highest value, the lowest position among equals.

    The value of a point is its weight times its squared distance to the nearest center, -1 once that is below `least`.
    """

    def __init__(  # noqa: PLR0913 - the state of one search, the last three by keyword
        self,
        space: Space,
        rows: Rows,
        center_rows: Rows,
        n_new: int,
        workers: Executor,
        *,
        weights: NDArray[np.float32] | None = None,
        least: np.float32 = _ZERO,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Hold the points `rows` and the centers `center_rows`, with room for `n_new` more."""
        if weights is None:
            weights = np.ones(len(rows), np.float32)
        self._bounds = Bounds(space, rows, center_rows, n_new, workers, weights=weights, least=least, tick=tick)
        self._frontier = Frontier(self._bounds)
        self._pool_size = _FIRST_POOL
        # The floor of the last pool, which the next one rarely reaches: points that fall below need no more comparing.
        self._last_floor = _ZERO

    def pick(self, n: int, tick: Callable[[], None], admit: Callable[[int], bool] | None = None) -> Rows:
        """Make up to `n` points centers, each of the highest value after those before it.

        Args:
            n: How many at most.
            tick: Called now and then; it may raise to stop.
            admit: Whether a point may be picked after those it has admitted before; the first that may not ends the
                picks. None admits all.

        Returns:
            Positions in the order picked; none if no point is left that is far enough.
        """
        bounds = self._bounds
        pool = self._next_pool(tick)
        points = pool.points
        if not len(points):
            return points
        search = _PoolSearch(bounds, pool)
        picked = search.pick(min(n, _MAX_PICKS))
        if admit:
            n_admitted = next((done for done, place in enumerate(picked) if not admit(int(points[place]))), len(picked))
            if n_admitted < len(picked):
                # What was measured against centers that are none is forgotten; up to them the picks are the same.
                search = _PoolSearch(bounds, pool)
                picked = search.pick(n_admitted)
        bounds.nearest[points] = search.nearest
        bounds.seen[points] = search.seen
        picked_points = points[picked]
        bounds.count_centers(bounds.rows[picked_points])
        if n > _FEW_PICKS:
            self._resize_pool(len(picked))
        return picked_points

    def close(self, points: Rows) -> None:
        """Never pick these points."""
        self._bounds.nearest[points] = -1

    def lower_weights(self, weights: NDArray[np.float32]) -> None:
        """Give the points weights, (n,), that are no higher than those they had."""
        self._bounds.weights[:] = weights

    def highest_value(self) -> np.float32:
        """Return the value of the point that would be picked next; 0 if there is none."""
        self._pool_size = 1
        pool = self._next_pool(lambda: None)
        highest: np.float32 = self._bounds.values(pool.points).max(initial=_ZERO)
        return highest

    def _next_pool(self, tick: Callable[[], None]) -> _Pool:
        while True:
            queue = self._frontier.queue()
            if not len(queue):
                if self._frontier.floor <= 0:
                    return _Pool(_NO_POINTS, _ZERO, 0)
                n_points = len(self._bounds.rows)
                self._frontier.draw(max(_POOLS_IN_FRONTIER * self._pool_size, n_points // _POINTS_PER_FRONTIER_POINT))
                continue
            n_refreshed, floor = self._refresh_front(queue, tick)
            points = self._at_floor(np.sort(queue[:n_refreshed]), floor)
            # Those that fell below the last floor may have been left behind.
            self._bounds.refresh(points, floor)
            points = self._at_floor(points, floor)
            if len(points):
                self._last_floor = floor
                return _Pool(points, floor, self._count_eligible(points, queue[n_refreshed : n_refreshed + 1], floor))
            # Bounds fell below the floor that they had suggested.
            self._last_floor = _ZERO

    def _refresh_front(self, queue: Rows, tick: Callable[[], None]) -> tuple[int, np.float32]:
        """Refresh a queue until enough points are sure to come before its rest; return how many were, and the floor."""
        highest = np.empty(0, np.float32)
        n_refreshed = 0
        while n_refreshed < len(queue):
            sure = highest.min() if len(highest) == self._pool_size else np.float32(-1)
            next_bound = self._bounds.values(queue[n_refreshed : n_refreshed + 1])[0]
            if sure >= next_bound:
                return n_refreshed, sure
            batch = queue[n_refreshed : n_refreshed + _BATCH_POINTS]
            self._bounds.refresh(batch, max(self._last_floor, sure))
            highest = _largest(np.concatenate([highest, self._bounds.values(batch)]), self._pool_size)
            n_refreshed += len(batch)
            tick()
        return n_refreshed, max(self._frontier.floor, highest.min())

    def _at_floor(self, points: Rows, floor: np.float32) -> Rows:
        return points[self._bounds.values(points) >= floor]

    def _count_eligible(self, points: Rows, rival: Rows, floor: np.float32) -> int:
        """Return how many points of a pool come before the first point outside, if its bound is at the floor."""
        if len(rival) and self._bounds.values(rival)[0] == floor:
            return int(np.searchsorted(points, rival[0]))
        return len(points)

    def _resize_pool(self, n_picked: int) -> None:
        largest = max(_FIRST_POOL, _POOL_BYTES // self._bounds.centers[0].nbytes)
        if n_picked < _FEW_PICKS:
            self._pool_size = min(2 * self._pool_size, largest)
        elif n_picked == _MAX_PICKS:
            self._pool_size = max(self._pool_size // 2, _LEAST_POOL)


def _largest(values: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    return values if len(values) <= n else np.partition(values, -n)[-n:]
