"""What is asked of a shard: records that travel to its worker."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.shard import Call, Shard
from al_core.cluster.shard_search import Behind, News
from al_core.geometry.space import Source
from al_core.selection.pools import Pool
from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class CheckRows(Call):
    """Have the rows of the shard been read and checked? The answer is how many components a vector has."""

    def run(self, shard: Shard, tick: Callable[[], None]) -> int:
        """Return the number of components."""
        return shard.space.dim


@dataclass(frozen=True, eq=False)
class ReadRows(Call):
    """What are the vectors of these rows of the shard?"""

    rows: Rows

    def run(self, shard: Shard, tick: Callable[[], None]) -> NDArray[np.float32]:
        """Return (n, D)."""
        return shard.space.vectors(self.rows)


@dataclass(frozen=True, eq=False)
class NearestOf(Call):
    """How far is each of these rows of the shard from the nearest of other vectors (m, D)?"""

    rows: Rows
    others: NDArray[np.float32]

    def run(self, shard: Shard, tick: Callable[[], None]) -> NDArray[np.float32]:
        """Return (n,) squared distances."""
        return shard.vectors().nearest(self.rows, self.others)


@dataclass(frozen=True, eq=False)
class FindPool(Call):
    """Which points of the shard come into question for the next picks?"""

    news: News
    size: int

    def run(self, shard: Shard, tick: Callable[[], None]) -> Pool | Behind:
        """Return a pool whose vectors are in it, or what the shard has to be told first."""
        search = shard.search(self.news, tick)
        if isinstance(search, Behind):
            return search
        pool = search.pools.find(self.size, tick)
        vectors = shard.space.vectors(search.bounds.rows[pool.points])
        return pool._replace(source=Source.from_vectors(vectors))


@dataclass(frozen=True, eq=False)
class Spaced(Call):
    """Which of these points of the shard keep their distance from all centers?"""

    news: News
    points: Rows

    def run(self, shard: Shard, tick: Callable[[], None]) -> tuple[NDArray[np.bool_], NDArray[np.float32]] | Behind:
        """Return (n,) whether each does, and the vectors of those that do; or what the shard has to be told first."""
        search = shard.search(self.news, tick)
        if isinstance(search, Behind):
            return search
        bounds = search.bounds
        # A point that is too near has the value -1, and once that is sure it need not be compared any further.
        bounds.refresh(self.points, np.float32(0))
        is_spaced = bounds.nearest[self.points] >= bounds.least
        return is_spaced, shard.space.vectors(bounds.rows[self.points[is_spaced]])


@dataclass(frozen=True, eq=False)
class EndSearch(Call):
    """The search is over."""

    def run(self, shard: Shard, tick: Callable[[], None]) -> None:
        """Free its memory."""
        shard.end_search()
