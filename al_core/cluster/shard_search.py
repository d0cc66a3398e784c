"""A search of k-center among the points of one shard, and how it hears of what happened elsewhere."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.masks import unpacked
from al_core.geometry import kernels
from al_core.geometry.space import Space
from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class SearchPlan:
    """What a search among the rows of a shard is made from.

    Attributes:
        bits: The points: those of its rows that may be picked, see `masks.packed`.
        weights: (n,) a factor on each point's squared distance; None stands for ones.
        capacity: How many centers there will be at most.
        least: What a squared distance to the nearest center must reach.
    """

    bits: NDArray[np.uint8] | None
    weights: NDArray[np.float32] | None
    capacity: int
    least: np.float32


@dataclass(frozen=True)
class Behind:
    """The answer of a shard that was read again, on another worker: it must hear what it has missed.

    Attributes:
        n_centers: How many centers it has been told.
        n_closed: How many closed points.
        has_plan: Whether it has the search's plan.
    """

    n_centers: int = 0
    n_closed: int = 0
    has_plan: bool = False


@dataclass(frozen=True, eq=False)
class News:
    """What has happened in a search since a shard was last asked.

    Attributes:
        search: The search.
        plan: What it is made from; None if the shard should know.
        first_center: How many centers came before.
        centers: (k, D) those that came since.
        first_closed: How many points had been closed before.
        closed: Those closed since, points of this shard.
    """

    search: str
    plan: SearchPlan | None
    first_center: int
    centers: NDArray[np.float32]
    first_closed: int
    closed: Rows


class Search:
    """A search of k-center among the points of one shard."""

    def __init__(self, space: Space, plan: SearchPlan, name: str, threads: Executor, tick: Callable[[], None]) -> None:
        kernels.load()
        from al_core.selection.bounds import Bounds
        from al_core.selection.point_pools import PointPools

        rows = unpacked(plan.bits, len(space.embeddings))
        weights = np.ones(len(rows), np.float32) if plan.weights is None else plan.weights.copy()
        no_centers = np.empty((0, space.dim), np.float32)
        self.name = name
        self.bounds: Bounds = Bounds(
            space, rows, no_centers, plan.capacity, threads, weights=weights, least=plan.least, tick=tick
        )
        self.pools: PointPools = PointPools(self.bounds)
        self._n_closed = 0

    @property
    def progress(self) -> Behind:
        """What it has been told so far."""
        return Behind(self.bounds.n_centers, self._n_closed, has_plan=True)

    def hear(self, news: News) -> Behind | None:
        """Count in what is new; return what is known so far if something between is missing."""
        if self.bounds.n_centers < news.first_center or self._n_closed < news.first_closed:
            return self.progress
        # A task that runs again on the same worker tells once more what it told before.
        centers = news.centers[self.bounds.n_centers - news.first_center :]
        if len(centers):
            self.bounds.add_centers(centers)
        closed = news.closed[self._n_closed - news.first_closed :]
        self.pools.close(closed)
        self._n_closed += len(closed)
        return None
