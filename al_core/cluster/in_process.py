"""Shards in this process, one after the other: the mathematics of a cluster without one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.cluster import Cluster, Task
from al_core.cluster.shard import Call, Shard, ShardPlan
from al_core.cluster.shards import Gathering, Loan, Shards
from al_core.geometry.threads import n_cores


class InProcessShards(Shards):
    """Shards that answer one after the other."""

    def __init__(self, members: Sequence[Shard], starts: NDArray[np.int64]) -> None:
        self.starts = starts
        self.members = list(members)

    def ask(self, calls: Sequence[Call | None], tick: Callable[[], None], loan: Loan | None = None) -> list[Any]:
        """Return each shard's answer to its call, None where there is none."""
        return [
            None if call is None else shard.answer(call if loan is None else call.lent(loan), n_cores(), tick)
            for shard, call in zip(self.members, calls, strict=True)
        ]

    def gather(
        self, gatherings: Iterable[Gathering], tick: Callable[[], None], loan: Loan | None = None
    ) -> Iterator[Any]:
        """Yield the result of each work in order."""
        for gathering in gatherings:
            parts = [part for part in self.ask(gathering.calls(self), tick) if part is not None]
            yield gathering.work.run(np.concatenate(parts), n_cores(), tick, loan)

    @contextmanager
    def lend(self, value: Any) -> Iterator[Loan]:
        """Lend something."""
        yield value


class InProcessCluster(Cluster):
    """Divides a dataset at given rows, or evenly.

    Args:
        n_shards: How many shards.
        cuts: Where all shards but the first start; by default they are even.
    """

    def __init__(self, n_shards: int = 1, cuts: Sequence[int] | None = None) -> None:
        self._n_shards = n_shards
        self._cuts = cuts

    @property
    def n_shards(self) -> int:
        """How many shards a dataset is divided into."""
        return self._n_shards

    def starts(self, n_rows: int) -> NDArray[np.int64]:
        """Return where the shards of a dataset start, and how many rows it has."""
        return super().starts(n_rows) if self._cuts is None else np.array([0, *self._cuts, n_rows], np.int64)

    def run(self, tasks: Sequence[Task], tick: Callable[[], None]) -> list[Any]:
        """Return the result of each task."""
        return list(self.stream(tasks, tick))

    def stream(self, tasks: Iterable[Task], tick: Callable[[], None]) -> Iterator[Any]:
        """Yield the result of each task in order."""
        return (task.run(tick) for task in tasks)

    @contextmanager
    def shards(self, plans: Sequence[ShardPlan], starts: NDArray[np.int64]) -> Iterator[Shards]:
        """Open shards."""
        yield InProcessShards([plan.make(lambda: None) for plan in plans], starts)
