"""Vectors on the workers of a cluster: each question goes to the shards, and their answers are put together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.calls import CheckRows, NearestOf, ReadRows
from al_core.cluster.sharded_pools import ShardedPools
from al_core.cluster.sharded_search import ShardedSearch
from al_core.cluster.sharded_spacing import GatheredSpacing, ShardedSpacing
from al_core.cluster.shards import Shards
from al_core.exceptions import NotAllowedError
from al_core.geometry import kernels
from al_core.selection.spacing import Spacing
from al_core.selection.vectors import Vectors
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.selection.k_center import KCenter

_ZERO = np.float32(0)
# What one machine needs for the same selection, and the least that servers have.
_MOST_GATHERED = 8 << 30
# Vectors that a shard hands over at once: it holds them twice while they travel, beside those that it has anyway.
_READ_BYTES = 8 << 20


class ShardedVectors(Vectors):
    """The vectors of all shards of a dataset."""

    def __init__(
        self, open_shards: Callable[[], Shards], candidates: Rows, n_new: int, tick: Callable[[], None]
    ) -> None:
        """Open nothing until something is asked: some methods need no vectors.

        Args:
            open_shards: Returns the shards.
            candidates: The rows that may be picked, ascending.
            n_new: How many of them will be at most.
            tick: Called now and then while workers work; it may raise to stop.
        """
        self._open_shards = open_shards
        self._candidates = candidates
        self._n_new = n_new
        self._tick = tick

    @cached_property
    def _shards(self) -> Shards:
        return self._open_shards()

    @cached_property
    def dim(self) -> int:
        """How many components a vector has, once every shard has read and checked its rows.

        Raises:
            InvalidInputError: If a row cannot be measured; of several, one of the first shard that has one.
        """
        # One answer would do for the number, but every shard is to check its rows now.
        return int(self._shards.ask([CheckRows()] * len(self._shards), self._tick)[0])

    @property
    def space(self) -> None:
        """None: the vectors are not in this process."""
        return None

    def read(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors of the given rows, (n, D).

        Raises:
            NotAllowedError: If they are more than this process should hold.
        """
        n_bytes = 4 * len(rows) * self.dim
        if n_bytes > _MOST_GATHERED:
            raise NotAllowedError(
                f"this selection compares {len(rows):,} samples with each other on one machine "
                f"({n_bytes / 1e9:,.0f} GB of vectors), which a cluster does not spread yet: select fewer, without "
                "min_distance and with fewer goals, or choose CORESET or CORAL's product"
            )
        order = np.argsort(rows, kind="stable")
        parts = self._shards.split(rows[order])
        starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
        vectors = np.empty((len(rows), self.dim), np.float32)
        n_at_once = max(1, _READ_BYTES // (4 * self.dim))
        for first in range(0, max(len(part) for part in parts), n_at_once):
            pieces = [part[first : first + n_at_once] for part in parts]
            answers = self._shards.ask([ReadRows(piece) if len(piece) else None for piece in pieces], self._tick)
            for start, answer in zip(starts.tolist(), answers, strict=True):
                if answer is not None:
                    # Back into the order that was asked for.
                    vectors[order[start + first : start + first + len(answer)]] = answer
        return vectors

    def nearest(self, rows: Rows, others: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the squared distance of each row, ascending, to the nearest of other vectors (m, D), exactly, (n,)."""
        parts = self._shards.split(rows)
        answers = self._shards.ask([NearestOf(part, others) if len(part) else None for part in parts], self._tick)
        return np.concatenate([np.empty(0, np.float32), *(answer for answer in answers if answer is not None)])

    def spacing(self, labeled: Rows, least: np.float32) -> Spacing:
        """Return what admits candidates whose squared distance to labeled and admitted rows is `least` or more."""
        ones = np.ones(len(self._candidates), np.float32)
        search = ShardedSearch(self._shards, self._candidates, len(labeled) + self._n_new, ones, least)
        search.add_centers(self.read(labeled))
        return ShardedSpacing(search, self._candidates, self.dim, least, self._tick)

    def spacing_among(self, rows: Rows, labeled: Rows, least: np.float32) -> Spacing:
        """Return the same for some rows, ascending, that are asked about in any order: their vectors come here."""
        return GatheredSpacing(rows, self.read(rows), self.read(labeled), least)

    @contextmanager
    def search(
        self,
        rows: Rows,
        center_rows: Rows,
        n_new: int,
        *,
        weights: NDArray[np.float32],
        least: np.float32 = _ZERO,
        tick: Callable[[], None] = lambda: None,
    ) -> Iterator["KCenter"]:
        """Open a search of k-center among `rows`, ascending, with centers and room for `n_new` more."""
        kernels.load()
        from al_core.selection.k_center import KCenter

        search = ShardedSearch(self._shards, rows, len(center_rows) + n_new, weights, least)
        search.add_centers(self.read(center_rows))
        yield KCenter(ShardedPools(search, self.dim, least))
        # Not after an error: then the shards are freed as a whole.
        search.end()
