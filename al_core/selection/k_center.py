"""Exact greedy k-center at the speed of matrix products (decision 011).

The distance from a point to its nearest center only falls as centers are added, so an old distance is an upper bound,
and a point is compared with newer centers only when its bound could still win. In plain words:

    frontier = no points                                              # points of high value: frontier.py
    until n are picked:
        find the pool:                                                # point_pools.py
            queue = the frontier by value, highest first
            if the queue is empty:
                stop if the frontier held all points that are far enough, else draw it anew and begin again
            refresh the queue from its front, block by block, by matrix products                # bounds.py
                until `size` refreshed points are all at least as high as the next one's bound
            floor = the lowest of these; pool = the refreshed points at the floor or above, fully refreshed
        pick from the pool while its highest bound is above the floor:                          # pick_from_pool
            if that point has seen all centers: pick it, it is a center now
            otherwise compare it with the centers picked since, and put it back by its new value

Finding and picking may be in different processes: each worker of a cluster finds the pool of its shard, and whoever
picks puts the pools together (`pools.merged`).

What makes it exact, each stated again where it is kept:

    1. A bound is never below the distance it bounds, and exact once a point has seen all centers (`Bounds`).
    2. Values only fall, so a point outside the frontier stays below the frontier's floor (`Frontier`).
    3. No point outside the pool is above the pool's floor, nor at the floor with a lower position than the first
       `n_eligible` points of the pool, so one of the pool is the next pick (`Pool`).
    4. Whatever the rounding of a product leaves open is measured by the one exact distance (`lower_to_nearest`).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.lanes import padded_width
from al_core.selection.k_center_kernels import pick_from_pool
from al_core.selection.pools import Outcome, Pool, PoolFinder
from al_core.types import Rows


class KCenter:
    """Picks points one after the other, each of the highest value, the lowest position among equals.

    The value of a point is its weight times its squared distance to the nearest center, -1 once that is below the least
    distance of the finder.
    """

    def __init__(self, finder: PoolFinder) -> None:
        self._finder = finder
        self._size = finder.sizes.first

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
        sizes = self._finder.sizes
        pool = self._finder.find(self._size, tick)
        # Without points the search is over: none is left that is far enough.
        if not len(pool.points):
            return pool.points
        outcome = self._outcome(pool, min(n, sizes.most_picks))
        if admit:
            picked = outcome.picked
            n_admitted = next(
                (done for done, place in enumerate(picked) if not admit(int(pool.points[place]))), len(picked)
            )
            if n_admitted < len(picked):
                # What was measured against centers that are none is forgotten; up to them the picks are the same.
                outcome = self._outcome(pool, n_admitted)
        self._finder.settle(pool, outcome)
        # A batch that is small by request says nothing about the size of pools.
        if n > sizes.few_picks:
            self._size = sizes.after(self._size, len(outcome.picked))
        return pool.points[outcome.picked]

    def close(self, points: Rows) -> None:
        """Never pick these points."""
        self._finder.close(points)

    def lower_weights(self, weights: NDArray[np.float32]) -> None:
        """Give the points weights, (n,), that are no higher than those they had."""
        self._finder.lower_weights(weights)

    def highest_value(self) -> np.float32:
        """Return the value of the point that would be picked next; 0 if there is none."""
        # The one best point is all that is read, so a pool of one will do.
        self._size = 1
        pool = self._finder.find(self._size, lambda: None)
        is_far = pool.nearest >= self._finder.least
        highest: np.float32 = (pool.weights * pool.nearest)[is_far].max(initial=np.float32(0))
        return highest

    def _outcome(self, pool: Pool, n: int) -> Outcome:
        """Pick up to n points of a pool, which stays as it is."""
        # Points of a pool have seen all earlier centers: only those picked from it are new to them.
        centers = np.zeros((n, padded_width(self._finder.dim)), np.float32)
        picked = np.empty(n, np.int64)
        # Picking lowers distances in place, and the pool may have to be picked from again.
        nearest = pool.nearest.copy()
        seen = np.zeros(len(pool.points), np.int64)
        n_picked = pick_from_pool(
            pool.source,
            pool.weights,
            self._finder.least,
            nearest,
            seen,
            pool.n_eligible,
            pool.floor,
            centers,
            picked,
        )
        return Outcome(picked[:n_picked], centers[:n_picked], nearest, seen)
