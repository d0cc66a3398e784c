"""All shards of a dataset, wherever they are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.calls import ReadRows
from al_core.cluster.masks import packed
from al_core.cluster.shard import Call, ShardPlan
from al_core.cluster.sources import RowSource, source_of
from al_core.types import Embeddings, Rows

Loan: TypeAlias = Any
"""What was lent to workers, as the shards that lent it know it."""


class Work(ABC):
    """What one worker computes from vectors of several shards: a record that travels to it."""

    @abstractmethod
    def run(self, vectors: NDArray[np.float32], n_threads: int, tick: Callable[[], None], lent: Any) -> Any:
        """Return the result.

        Args:
            vectors: (n, D) of the rows that the work is about.
            n_threads: How many threads to compute in.
            tick: Called now and then; it may raise to stop.
            lent: What was lent for it.
        """


@dataclass(frozen=True, eq=False)
class Gathering:
    """Rows whose vectors come together on one worker, and what it does with them.

    Attributes:
        rows: Ascending.
        work: About them.
    """

    rows: Rows
    work: Work

    def calls(self, shards: "Shards") -> list[Call | None]:
        """Return what each shard is asked for."""
        return [ReadRows(part) if len(part) else None for part in shards.split(self.rows)]


class Shards(ABC):
    """The shards of a dataset, in the order of their rows.

    Attributes:
        starts: (S + 1,) the first row of each shard, and one row more than the last.
    """

    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @abstractmethod
    def ask(self, calls: Sequence[Call | None], tick: Callable[[], None], loan: "Loan | None" = None) -> list[Any]:
        """Return each shard's answer to its call, None where there is none.

        Args:
            calls: One for each shard.
            tick: Called now and then; it may raise to stop.
            loan: What the calls need beside the shard.
        """

    @abstractmethod
    def gather(
        self, gatherings: Iterable[Gathering], tick: Callable[[], None], loan: "Loan | None" = None
    ) -> Iterator[Any]:
        """Yield the result of each work in order; vectors travel from worker to worker, a few works at a time."""

    @abstractmethod
    def lend(self, value: Any) -> AbstractContextManager["Loan"]:
        """Lend workers something that many calls need: it reaches each of them once, and is freed at the end."""

    def split(self, rows: Rows) -> list[Rows]:
        """Return the given rows, ascending, shard by shard, numbered from the first row of each."""
        return split_at(rows, self.starts)


def split_at(rows: Rows, starts: NDArray[np.int64]) -> list[Rows]:
    """Return ascending rows in parts, each numbered from where it starts.

    Examples:
        >>> [part.tolist() for part in split_at(np.array([1, 3, 4]), np.array([0, 3, 6]))]
        [[1], [0, 1]]
    """
    parts = np.split(rows, np.searchsorted(rows, starts[1:-1]))
    return [part - start for part, start in zip(parts, starts[:-1], strict=True)]


def even_starts(n_rows: int, n_shards: int) -> NDArray[np.int64]:
    """Return where shards of about the same size start, and `n_rows`.

    Examples:
        >>> even_starts(10, 3)
        array([ 0,  3,  6, 10])
    """
    n_shards = max(1, min(n_shards, n_rows))
    return np.arange(n_shards + 1, dtype=np.int64) * n_rows // n_shards


def aligned(starts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return where shards start if each starts at a multiple of `size`; of those that would be empty none is left.

    Examples:
        >>> aligned(np.array([0, 3, 9, 20]), 8)
        array([ 0,  8, 20])
    """
    n_rows = starts[-1]
    inner = np.unique((starts[1:-1] + size // 2) // size * size)
    return np.concatenate([[0], inner[(inner > 0) & (inner < n_rows)], [n_rows]])


def plans_of(
    embeddings: Embeddings,
    rows: Rows,
    starts: NDArray[np.int64],
    *,
    normalize: bool,
    keeps_zeros: bool = False,
    sources: Callable[[int, int], RowSource] | None = None,
) -> list[ShardPlan]:
    """Return the plans of the shards of embeddings (N, D), of which the given rows are measured.

    `sources` says where rows start to stop are read; by default where the embeddings are.
    """
    find = sources or (lambda start, stop: source_of(embeddings, start, stop))
    plans = []
    for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        cut = np.searchsorted(rows, [start, stop])
        bits = packed(rows[cut[0] : cut[1]] - start, stop - start)
        plans.append(ShardPlan(find(start, stop), start, stop - start, bits, normalize, keeps_zeros))
    return plans
