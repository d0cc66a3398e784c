"""Which rows keep their distance, asked of the shards for many rows at a time."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.calls import Spaced
from al_core.cluster.shard_search import News
from al_core.cluster.sharded_search import CallWithNews, ShardedSearch
from al_core.cluster.shards import split_at
from al_core.geometry import kernels
from al_core.geometry.lanes import padded_width
from al_core.geometry.space import Space
from al_core.selection.spacing import RowSpacing, Spacing
from al_core.types import Rows

# Rows measured in one round: most of them are refused by their shard, and the vectors of the others travel.
_ROWS_PER_ROUND = 4_096


class ShardedSpacing(Spacing):
    """Admits candidates that keep their distance from the labeled rows and from every row admitted before.

    The shards measure the rows that will be asked about next against all rows chosen so far; what is admitted among
    them meanwhile is compared here.
    """

    def __init__(
        self, search: ShardedSearch, candidates: Rows, dim: int, least: np.float32, tick: Callable[[], None]
    ) -> None:
        kernels.load()
        self._search = search
        self._candidates = candidates
        self._dim = dim
        self._least = least
        self._tick = tick
        self._expected = np.empty(0, np.int64)
        # Vectors by row of the last round, None for a row that its shard refused.
        self._measured: dict[int, NDArray[np.float32] | None] = {}
        self._new = np.empty((_ROWS_PER_ROUND, padded_width(dim)), np.float32)
        self._n_new = 0

    def expect(self, rows: Rows) -> None:
        """Learn which rows will be asked about, in order; fewer may be."""
        self._expected = rows

    def admits(self, row: int) -> bool:
        """Return whether a row keeps its distance, and remember it if so."""
        from al_core.selection.spacing_kernel import is_spaced

        if row not in self._measured:
            self._measure(row)
        vector = self._measured[row]
        if vector is None or not is_spaced(vector, self._new[: self._n_new], self._least):
            return False
        self._new[self._n_new] = vector[0]
        self._n_new += 1
        return True

    def _measure(self, row: int) -> None:
        """Ask the shards about a row and those expected after it."""
        # A copy, because the next rows that are admitted overwrite these.
        self._search.add_centers(self._new[: self._n_new, : self._dim].copy())
        self._n_new = 0
        # Shards are asked in the order of rows, whatever the order in which `admits` is.
        rows = np.sort(self._next(row))
        points = np.searchsorted(self._candidates, rows)
        parts = split_at(points, self._search.starts)
        answers = self._search.ask([_question(part) for part in parts], self._tick)
        self._measured = {}
        first = 0
        for part, answer in zip(parts, answers, strict=True):
            if answer is not None:
                self._remember(rows[first : first + len(answer[0])], *answer)
            first += len(part)

    def _next(self, row: int) -> Rows:
        place = np.flatnonzero(self._expected == row)
        if not len(place):
            return np.array([row])
        rows = self._expected[place[0] : place[0] + _ROWS_PER_ROUND]
        self._expected = self._expected[place[0] :]
        return rows

    def _remember(self, rows: Rows, is_spaced: NDArray[np.bool_], vectors: NDArray[np.float32]) -> None:
        padded = np.pad(vectors, ((0, 0), (0, padded_width(self._dim) - self._dim)))
        # Refused rows have no vector: the n-th row that is far enough has the n-th one.
        places = np.cumsum(is_spaced) - 1
        for row, is_far, place in zip(rows.tolist(), is_spaced.tolist(), places.tolist(), strict=True):
            self._measured[row] = padded[place : place + 1] if is_far else None


class GatheredSpacing(Spacing):
    """Admits rows whose vectors were brought here, in any order: a journey for each would take too long.

    Args:
        rows: Ascending.
        vectors: (n, D) theirs.
        labeled: (m, D) those of the labeled rows.
        least: What a squared distance must reach.
    """

    def __init__(
        self, rows: Rows, vectors: NDArray[np.float32], labeled: NDArray[np.float32], least: np.float32
    ) -> None:
        both = np.concatenate([vectors, labeled])
        # Norms are for products; a single row is measured by differences.
        space = Space(both, None, np.ones(len(both), np.float32))
        self._rows = rows
        self._spacing = RowSpacing(space, np.arange(len(rows), len(both)), least)

    def admits(self, row: int) -> bool:
        """Return whether a row keeps its distance, and remember it if so."""
        return self._spacing.admits(int(np.searchsorted(self._rows, row)))


def _question(points: Rows) -> CallWithNews:
    def ask(news: News) -> Spaced | None:
        return Spaced(news, points) if len(points) else None

    return ask
