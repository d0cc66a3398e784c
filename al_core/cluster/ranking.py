"""RANDOM and ACTIVE_LEARNING without distances: the first of each shard, merged.

The n first rows of the whole are among the n first of each shard, so nothing else has to travel.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.cluster import Cluster, Task
from al_core.cluster.masks import packed, unpacked
from al_core.cluster.sources import RowSource, source_of
from al_core.config import SamplingMethod
from al_core.selection.draws import draw_per_row
from al_core.selection.ranking import lowest_first
from al_core.selection.request import Request, checked_scores
from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class FirstRows(Task):
    """The first rows of one shard and their keys.

    Attributes:
        first_row: The row of the dataset that its first row is.
        n_rows: How many rows it has.
        bits: Those that may be picked, see `masks.packed`.
        n: How many are wanted.
    """

    first_row: int
    n_rows: int
    bits: NDArray[np.uint8] | None
    n: int

    def run(self, tick: Callable[[], None]) -> tuple[Rows, NDArray[Any]]:
        """Return the rows of the lowest keys, the lowest row first among equals, and their keys."""
        rows = unpacked(self.bits, self.n_rows)
        keys = self.keys(rows)
        places = lowest_first(keys, self.n)
        return rows[places] + self.first_row, keys[places]

    @abstractmethod
    def keys(self, rows: Rows) -> NDArray[Any]:
        """Return the key of each of some rows of the shard; the lowest comes first."""


@dataclass(frozen=True, eq=False)
class DrawnRows(FirstRows):
    """Those of the lowest draw: `draw_per_row` gives a row the same number on any machine."""

    seed: int

    def keys(self, rows: Rows) -> NDArray[Any]:
        """Return the draws of rows."""
        return draw_per_row(rows + self.first_row, self.seed)


@dataclass(frozen=True, eq=False)
class ScoredRows(FirstRows):
    """Those of the highest score."""

    scores: RowSource

    def keys(self, rows: Rows) -> NDArray[Any]:
        """Return the scores of rows, negative."""
        return -checked_scores(self.scores.open()[rows], rows + self.first_row)


def is_ranking(request: Request) -> bool:
    """Return whether a request is for the first rows in a fixed order, whatever was picked before."""
    config = request.config
    is_plain = config.min_distance == -1 and not (config.goals or config.limits or config.budget)
    if config.method is SamplingMethod.RANDOM:
        return is_plain
    return is_plain and config.method is SamplingMethod.ACTIVE_LEARNING and request.row_scores is not None


def ranked(cluster: Cluster, request: Request) -> Rows:
    """Return the first rows of a request that `is_ranking`."""
    # Rows behind the last candidate are in no shard: none of them may be picked.
    starts = cluster.starts(int(request.candidates[-1]) + 1)
    cuts = np.searchsorted(request.candidates, starts)
    tasks = []
    for start, stop, first, last in zip(starts[:-1], starts[1:], cuts[:-1], cuts[1:], strict=True):
        n_rows = int(stop - start)
        bits = packed(request.candidates[first:last] - start, n_rows)
        tasks.append(_task(request, int(start), n_rows, bits))
    parts = cluster.run(tasks, lambda: request.progress(0, request.n_new))
    request.progress(request.n_new, request.n_new)
    return first_of_all(parts, request.n_new)


def _task(request: Request, first_row: int, n_rows: int, bits: NDArray[np.uint8] | None) -> Task:
    n = min(request.n_new, n_rows)
    if request.row_scores is None or request.config.method is SamplingMethod.RANDOM:
        return DrawnRows(first_row, n_rows, bits, n, request.seed)
    scores = source_of(request.row_scores, first_row, first_row + n_rows)
    return ScoredRows(first_row, n_rows, bits, n, scores)


def first_of_all(parts: Sequence[tuple[Rows, NDArray[Any]]], n: int) -> Rows:
    """Return the n rows of the lowest keys among those of all shards, the lowest row among equals.

    Examples:
        >>> first_of_all([(np.array([4, 1]), np.array([0.0, 2.0])), (np.array([9]), np.array([2.0]))], 2)
        array([4, 1])
    """
    rows = np.concatenate([part[0] for part in parts])
    keys = np.concatenate([part[1] for part in parts])
    return np.asarray(rows[np.lexsort([rows, keys])][:n])
