"""All shards of a dataset, wherever they are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.masks import packed
from al_core.cluster.shard import Call, ShardPlan
from al_core.cluster.sources import RowSource, source_of
from al_core.types import Embeddings, Rows


class Shards(ABC):
    """The shards of a dataset, in the order of their rows.

    Attributes:
        starts: (S + 1,) the first row of each shard, and one row more than the last.
    """

    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @abstractmethod
    def ask(self, calls: Sequence[Call | None], tick: Callable[[], None]) -> list[Any]:
        """Return each shard's answer to its call, None where there is none; `tick` may raise to stop."""

    def split(self, rows: Rows) -> list[Rows]:
        """Return the given rows, ascending, shard by shard, numbered from the first row of each."""
        cuts = np.searchsorted(rows, self.starts)
        return [rows[cuts[i] : cuts[i + 1]] - self.starts[i] for i in range(len(self))]


def even_starts(n_rows: int, n_shards: int) -> NDArray[np.int64]:
    """Return where shards of about the same size start, and `n_rows`.

    Examples:
        >>> even_starts(10, 3)
        array([ 0,  3,  6, 10])
    """
    n_shards = max(1, min(n_shards, n_rows))
    return np.arange(n_shards + 1, dtype=np.int64) * n_rows // n_shards


def plans_of(
    embeddings: Embeddings,
    rows: Rows,
    starts: NDArray[np.int64],
    *,
    normalize: bool,
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
        plans.append(ShardPlan(find(start, stop), start, stop - start, bits, normalize))
    return plans
