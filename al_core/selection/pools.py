"""Where the next picks of k-center lie: finding a pool of points that is sure to hold them.

Each shard of a dataset finds a pool of its own, and together they are one pool (`merged`): whatever a shard left out is
at or below its floor, so nothing outside all pools is above the highest of the floors.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.space import Source
from al_core.types import Rows

NO_RIVAL = np.iinfo(np.int64).max
_ZERO = np.float32(0)


class Pool(NamedTuple):
    """Fully refreshed points, one of which is the next pick.

    Attributes:
        points: (p,) positions, ascending; empty if no point is left that is far enough.
        source: Their vectors.
        weights: (p,) a factor on the squared distance.
        nearest: (p,) squared distances to the nearest center.
        floor: No point outside is above it.
        rival: The lowest position outside that may be at the floor: it wins a tie against those behind it.
    """

    points: Rows
    source: Source
    weights: NDArray[np.float32]
    nearest: NDArray[np.float32]
    floor: np.float32
    rival: int

    @property
    def n_eligible(self) -> int:
        """The first so many points win a tie at the floor against any point outside."""
        return int(np.searchsorted(self.points, self.rival))

    def where(self, mask: NDArray[np.bool_]) -> "Pool":
        """Return the pool of the points that a mask selects."""
        return self._replace(
            points=self.points[mask],
            source=self.source.where(mask),
            weights=self.weights[mask],
            nearest=self.nearest[mask],
        )


class Outcome(NamedTuple):
    """What became of a pool.

    Attributes:
        picked: (k,) places in the pool, in the order picked.
        centers: (k, D) their vectors, zero-padded.
        nearest: (p,) squared distances to the nearest center, as far as each point was compared; -1 for a picked one.
        seen: (p,) with how many of the new centers each point was compared.
    """

    picked: NDArray[np.int64]
    centers: NDArray[np.float32]
    nearest: NDArray[np.float32]
    seen: NDArray[np.int64]


class PoolSizes(NamedTuple):
    """How large pools are, and how many picks are made from one.

    A pool doubles after a round of few picks, which does not repay the finding, and halves after a full one, which
    measured every point of the pool against many new centers, one pair at a time.

    Attributes:
        first: Points of the first pool.
        least: Points of the smallest.
        largest: Points of the largest.
        few_picks: Fewer picks double the pool.
        most_picks: So many picks at most, which halve it.
    """

    first: int
    least: int
    largest: int
    few_picks: int
    most_picks: int

    def after(self, size: int, n_picked: int) -> int:
        """Return the size of the pool after one of which so many points were picked."""
        if n_picked < self.few_picks:
            return min(2 * size, self.largest)
        return max(size // 2, self.least) if n_picked == self.most_picks else size


class PoolFinder(ABC):
    """Holds points and centers, and finds the pool that the next picks come from.

    Attributes:
        dim: Components of a vector.
        least: The value of a point counts as -1 once its squared distance is below this.
        sizes: How large the pools should be.
    """

    dim: int
    least: np.float32
    sizes: PoolSizes

    @abstractmethod
    def find(self, size: int, tick: Callable[[], None]) -> Pool:
        """Return a pool of about `size` points; `tick` is called now and then and may raise to stop."""

    @abstractmethod
    def settle(self, pool: Pool, outcome: Outcome) -> None:
        """Make the picked points of a pool centers."""

    @abstractmethod
    def close(self, points: Rows) -> None:
        """Never offer these points again."""

    @abstractmethod
    def lower_weights(self, weights: NDArray[np.float32]) -> None:
        """Give the points weights, (n,), that are no higher than those they had."""


def merged(pools: Sequence[Pool]) -> Pool:
    """Return the one pool of several shards', whose positions rise from shard to shard.

    Examples:
        The second shard left a point at 4 out, so that the point at 3 of the first one has to wait.

        >>> def pool(points, nearest, floor):
        ...     source = Source.from_vectors(np.zeros((len(points), 1), np.float32))
        ...     ones = np.ones(len(points), np.float32)
        ...     return Pool(np.array(points), source, ones, np.float32(nearest), np.float32(floor), NO_RIVAL)
        >>> both = merged([pool([0, 5], [9, 3], 3), pool([7], [6], 4)])
        >>> both.points.tolist(), both.nearest.tolist(), float(both.floor)
        ([0, 7], [9.0, 6.0], 4.0)
    """
    floor = max((pool.floor for pool in pools), default=_ZERO)
    # Only a shard that reaches the common floor can hold a rival at it.
    rival = min((pool.rival for pool in pools if pool.floor == floor), default=NO_RIVAL)
    # Below the floor nothing of a pool is the next pick, and its vectors need not be copied.
    parts = [pool.where(pool.weights * pool.nearest >= floor) for pool in pools]
    vectors = np.concatenate([part.source.array[part.source.rows] for part in parts])
    return Pool(
        points=np.concatenate([part.points for part in parts]),
        source=Source.from_vectors(vectors),
        weights=np.concatenate([part.weights for part in parts]),
        nearest=np.concatenate([part.nearest for part in parts]),
        floor=floor,
        rival=rival,
    )
