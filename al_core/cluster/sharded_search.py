"""The caller's side of a search among the points of all shards."""

from collections.abc import Callable, Sequence
from secrets import token_hex
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.calls import EndSearch
from al_core.cluster.masks import packed
from al_core.cluster.shard import Call
from al_core.cluster.shard_search import Behind, News, SearchPlan
from al_core.cluster.shards import Shards
from al_core.types import Rows

CallWithNews = Callable[[News], Call | None]


class ShardedSearch:
    """Tells each shard what has happened since it was last asked, and all of it to one that was read again.

    Nothing that shards hold is the only copy: the caller has every center and every closed point, so a worker that dies
    costs the time to read its shard again and nothing else.

    Attributes:
        starts: (S + 1,) the first point of each shard, and one more than the last.
        n_centers: How many centers there are.
    """

    def __init__(
        self, shards: Shards, rows: Rows, capacity: int, weights: NDArray[np.float32], least: np.float32
    ) -> None:
        """Search among the points `rows`, ascending, with room for so many centers."""
        parts = shards.split(rows)
        self.starts = np.cumsum([0, *(len(part) for part in parts)])
        self.n_centers = 0
        self._shards = shards
        self._name = token_hex(8)
        # Equal weights need not travel.
        has_weights = bool((weights != 1).any())
        sizes = np.diff(shards.starts)
        self._plans = [
            SearchPlan(
                packed(part, int(size)), weights[first : first + len(part)] if has_weights else None, capacity, least
            )
            for part, size, first in zip(parts, sizes, self.starts[:-1], strict=True)
        ]
        self._centers: list[NDArray[np.float32]] = []
        self._closed: list[list[Rows]] = [[] for _ in parts]
        self._heard = [Behind() for _ in parts]

    def add_centers(self, vectors: NDArray[np.float32]) -> None:
        """Count in new centers, (k, D)."""
        if len(vectors):
            self._centers.append(vectors)
            self.n_centers += len(vectors)

    def close(self, points: Rows) -> None:
        """Never offer these points again."""
        ascending = np.sort(points)
        cuts = np.searchsorted(ascending, self.starts)
        for closed, start, first, stop in zip(self._closed, self.starts[:-1], cuts[:-1], cuts[1:], strict=True):
            if stop > first:
                closed.append(ascending[first:stop] - start)

    def ask(self, calls: Sequence[CallWithNews], tick: Callable[[], None]) -> list[Any]:
        """Return each shard's answer; a call is made with the news that its shard needs, None asks nothing."""
        answers = self._shards.ask([call(self._news(i)) for i, call in enumerate(calls)], tick)
        # A shard can be lost again while it is told: each time it says what it lacks.
        while any(isinstance(answer, Behind) for answer in answers):
            again: list[Call | None] = [None] * len(answers)
            for i, answer in enumerate(answers):
                if isinstance(answer, Behind):
                    self._heard[i] = answer
                    again[i] = calls[i](self._news(i))
            tick()
            for i, answer in enumerate(self._shards.ask(again, tick)):
                answers[i] = answers[i] if again[i] is None else answer
        for i, answer in enumerate(answers):
            if answer is not None:
                self._heard[i] = Behind(self.n_centers, sum(map(len, self._closed[i])), has_plan=True)
        return answers

    def end(self) -> None:
        """Let the shards free their memory."""
        self._shards.ask([EndSearch()] * len(self._shards), lambda: None)

    def _news(self, i: int) -> News:
        heard = self._heard[i]
        return News(
            self._name,
            None if heard.has_plan else self._plans[i],
            heard.n_centers,
            _after(self._centers, heard.n_centers),
            heard.n_closed,
            _after(self._closed[i], heard.n_closed),
        )


def _after(parts: Sequence[NDArray[Any]], n: int) -> NDArray[Any]:
    """Return what comes after the first n entries of a list of arrays, without joining those before."""
    wanted: list[NDArray[Any]] = []
    n_after = sum(map(len, parts)) - n
    for part in reversed(parts):
        if n_after <= 0:
            break
        wanted.append(part[-n_after:] if n_after < len(part) else part)
        n_after -= len(part)
    return np.concatenate(wanted[::-1]) if wanted else np.empty(0, np.int64)
