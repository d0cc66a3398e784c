"""The part of a dataset that one worker holds, and what is asked of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.masks import unpacked
from al_core.cluster.shard_search import Behind, News, Search
from al_core.cluster.sources import RowSource
from al_core.geometry.space import Space
from al_core.geometry.threads import workers
from al_core.selection.vectors import LocalVectors


@dataclass(frozen=True, eq=False)
class ShardPlan:
    """What a shard is made from, at any time and on any worker.

    Attributes:
        source: Where its rows are read.
        first_row: The row of the dataset that its first row is.
        n_rows: How many rows it has.
        bits: Those of its rows that are measured, see `masks.packed`.
        normalize: Whether vectors are scaled to length 1.
        keeps_zeros: Whether a row of zeros then stays at the origin instead of being refused.
    """

    source: RowSource
    first_row: int
    n_rows: int
    bits: NDArray[np.uint8] | None
    normalize: bool
    keeps_zeros: bool = False

    def make(self, tick: Callable[[], None]) -> "Shard":
        """Read and check the rows; raises what `Space.from_embeddings` raises."""
        embeddings = self.source.open()
        rows = unpacked(self.bits, self.n_rows)
        space = Space.from_embeddings(
            embeddings,
            rows,
            normalize=self.normalize,
            tick=tick,
            first_row=self.first_row,
            keeps_zeros=self.keeps_zeros,
        )
        return Shard(self, space)


class Call(ABC):
    """A question to a shard."""

    @abstractmethod
    def run(self, shard: "Shard", tick: Callable[[], None]) -> Any:
        """Return the answer; `tick` is called now and then and may raise to stop."""

    def lent(self, value: Any) -> "Call":
        """Return the same call with what was lent to the workers for it, see `Shards.lend`."""
        raise NotImplementedError(f"nothing is lent for {type(self).__name__}")


class Shard:
    """Rows of a dataset in the process that measures them.

    A copy is a shard made anew from its plan, so that whatever moves a shard, or writes it to disk to save memory,
    moves no vectors; its searches are told again what happened so far (`Behind`).

    Attributes:
        plan: What it was made from.
        space: Its rows.
        threads: Where its calls compute.
    """

    def __init__(self, plan: ShardPlan, space: Space) -> None:
        self.plan = plan
        self.space = space
        self.threads = _Borrowed()
        self._lock = Lock()
        self._search: Search | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, (self.plan,)

    def __sizeof__(self) -> int:
        # What moving it would cost: schedulers then ask a shard where it is.
        return self.plan.n_rows * self.space.dim * 4

    def answer(self, call: Call, n_threads: int, tick: Callable[[], None]) -> Any:
        """Run one call with so many threads; `tick` is called now and then and may raise to stop."""
        with self._lock, workers(n_threads) as pool:
            self.threads.pool = pool
            return call.run(self, tick)

    def vectors(self) -> LocalVectors:
        """Return the vectors of the rows of this shard."""
        return LocalVectors(self.space)

    def search(self, news: News, tick: Callable[[], None]) -> Search | Behind:
        """Return the search that news are about, once it has heard them, or what it lacks."""
        if self._search is None or self._search.name != news.search:
            if news.plan is None:
                return Behind()
            self._search = Search(self.space, news.plan, news.search, self.threads, tick)
        return self._search.hear(news) or self._search

    def end_search(self) -> None:
        """Forget the search."""
        self._search = None


class _Borrowed(Executor):
    """The threads of whichever call is running: a shard outlives them."""

    def __init__(self) -> None:
        self.pool: Executor | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function in one of them."""
        if self.pool is None:
            raise RuntimeError("a shard measures only while it answers a call")
        return self.pool.submit(fn, *args, **kwargs)


def _made_again(plan: ShardPlan) -> Shard:
    return plan.make(lambda: None)
