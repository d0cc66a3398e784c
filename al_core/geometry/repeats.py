"""Rows with the same vector, so many that they are all neighbors of each other."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.exact_neighbors import run_tasks
from al_core.geometry.space import Space, blocks
from al_core.types import Rows

# Fixes the multipliers of the hash.
_SEED = 0


@dataclass(frozen=True)
class Repeats:
    """Groups of more than k equal rows, and the rest.

    The k nearest neighbors of a row in a group are any others of it. No partition can split equal rows: if they were
    searched, one cell could hold half of the data.

    Attributes:
        groups: The rows of each group, ascending.
        rest: All other rows, ascending.
        k: How many neighbors a row has.
    """

    groups: Sequence[Rows]
    rest: Rows
    k: int

    @classmethod
    def of(cls, space: Space, k: int, pool: Executor, tick: Callable[[], None]) -> "Repeats":
        """Find the groups in a space; `tick` is called about every second."""
        hashes = hashes_of(space, pool, tick)
        return cls.of_equal(hashes, k, lambda groups: [_equal_to_first(space, group, tick) for group in groups])

    @classmethod
    def of_equal(
        cls, hashes: NDArray[np.uint64], k: int, equal_to_first: Callable[[list[Rows]], Sequence[Rows]]
    ) -> "Repeats":
        """Find the groups among rows with these hashes; `equal_to_first` keeps of each what equals its first row."""
        order = np.argsort(hashes, kind="stable")
        _, starts, sizes = np.unique(hashes[order], return_index=True, return_counts=True)
        is_large = sizes > k
        with_same_hash = [
            order[start : start + size] for start, size in zip(starts[is_large], sizes[is_large], strict=True)
        ]
        # Unequal rows may share a hash (one pair in 2^64): what differs from the first is searched like any other row.
        groups = [group for group in equal_to_first(with_same_hash) if len(group) > k]
        is_repeated = np.zeros(len(hashes), bool)
        is_repeated[np.concatenate([np.empty(0, np.int64), *groups])] = True
        return cls(groups, np.flatnonzero(~is_repeated), k)

    def representatives(self) -> Rows:
        """Return, ascending, enough rows to look for the neighbors of the rest among: k of each group."""
        return np.sort(np.concatenate([self.rest, *(group[: self.k] for group in self.groups)]))

    def fill(self, indices: NDArray[np.int32], distances: NDArray[np.float32]) -> None:
        """Write the neighbors of each row in a group into (N, k): the rows that follow it, the first after the last.

        Not the lowest rows for all: in a graph with k hubs those would count as the most typical of all.
        """
        for group in self.groups:
            distances[group] = 0
            for nth in range(self.k):
                indices[group, nth] = np.roll(group, -1 - nth)


def hashes_of(space: Space, pool: Executor, tick: Callable[[], None]) -> NDArray[np.uint64]:
    """Return a hash of each vector: the sum of its components' bits, each times a random number, modulo 2^64."""
    multipliers = np.random.default_rng(_SEED).integers(1 << 64, size=space.dim, dtype=np.uint64)

    def hash_block(block: Rows) -> NDArray[np.uint64]:
        # Adding 0 turns -0 into 0, which equals it but has other bits.
        bits = (space.vectors(block) + np.float32(0)).view(np.uint32)
        hashes: NDArray[np.uint64] = bits.astype(np.uint64) @ multipliers
        return hashes

    rows = np.arange(len(space.embeddings))
    return np.concatenate(list(run_tasks(pool, hash_block, blocks(rows, space.dim), tick)))


def _equal_to_first(space: Space, group: Rows, tick: Callable[[], None]) -> Rows:
    first = space.vectors(group[:1])
    equal = []
    for block in blocks(group, space.dim):
        equal.append(block[(space.vectors(block) == first).all(axis=1)])
        tick()
    return np.concatenate(equal)
