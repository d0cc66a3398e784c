"""Shards that are lost again and again, as if their worker had died."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.in_process import InProcessCluster, InProcessShards
from al_core.cluster.shard import Call, ShardPlan
from al_core.cluster.shards import Loan, Shards


class ForgetfulShards(InProcessShards):
    """Before each question one shard is lost and made again from its plan."""

    n_asked = 0

    def ask(self, calls: Sequence[Call | None], tick: Callable[[], None], loan: Loan | None = None) -> list[Any]:
        lost = self.n_asked % len(self.members)
        self.members[lost] = self.members[lost].plan.make(tick)
        self.n_asked += 1
        return super().ask(calls, tick, loan)


class ForgetfulCluster(InProcessCluster):
    @contextmanager
    def shards(self, plans: Sequence[ShardPlan], starts: NDArray[np.int64]) -> Iterator[Shards]:
        yield ForgetfulShards([plan.make(lambda: None) for plan in plans], starts)
