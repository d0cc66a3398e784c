"""What is asked of a cluster."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.shard import ShardPlan
from al_core.cluster.shards import Shards, even_starts


class Task(ABC):
    """Work that needs nothing but itself: a record that travels to a worker."""

    @abstractmethod
    def run(self, tick: Callable[[], None]) -> Any:
        """Return the result; `tick` is called now and then and may raise to stop."""


class Cluster(ABC):
    """Workers that hold shards and do tasks."""

    @property
    @abstractmethod
    def n_shards(self) -> int:
        """How many shards a dataset is divided into."""

    def starts(self, n_rows: int) -> NDArray[np.int64]:
        """Return where the shards of a dataset start, and how many rows it has."""
        return even_starts(n_rows, self.n_shards)

    @abstractmethod
    def run(self, tasks: Sequence[Task], tick: Callable[[], None]) -> list[Any]:
        """Return the result of each task; `tick` is called now and then and may raise to stop."""

    @abstractmethod
    def stream(self, tasks: Iterable[Task], tick: Callable[[], None]) -> Iterator[Any]:
        """Yield the result of each task in order; only so many are made and under way as keep all workers busy."""

    @abstractmethod
    def shards(self, plans: Sequence[ShardPlan], starts: NDArray[np.int64]) -> AbstractContextManager[Shards]:
        """Open shards, which are freed at the end."""
