"""How short the labeled set and the picks are of groups: factors that fall with every pick of one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.config.goals import Balance, Goal
from al_core.exceptions import InvalidInputError
from al_core.selection.goal_arrays import NO_GROUP, GoalArrays
from al_core.text import quoted
from al_core.types import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MAX_BUCKETS = 4096
"""Points that show more different shares of groups than this are rounded: each pick looks at every bucket."""


class Shortage:
    """How short the labeled set and the picks are of each group that a balance speaks of.

    Points that show the same of every group are one bucket, because they have the same factor at any time: so whoever
    picks keeps the points of a bucket in one order, and multiplies by the factor of the bucket.

    Attributes:
        buckets: (n,) the bucket of each point.
        factors: (B,) the factor of each bucket, 0 to 1; they only fall. Updated.
    """

    def __init__(self, goals: Sequence[Goal], arrays: GoalArrays, rows: Rows, labeled: Rows) -> None:
        """Count the labeled rows; points are positions in `rows`.

        Raises:
            MissingInputError: If what is balanced is not there.
            InvalidInputError: If a target names a group that there is not.
        """
        self._balances = [_balance(goal, arrays, rows, labeled) for goal in goals if isinstance(goal, Balance)]
        signature = np.zeros(len(rows))
        # Fixed: the same rows have the same buckets, on every machine.
        rng = np.random.default_rng(0)
        for balance in self._balances:
            # Different points differ in a random projection, but for one case in 2^50.
            signature += balance.shown @ rng.random(balance.shown.shape[1])
        _, first, buckets = np.unique(signature, return_index=True, return_inverse=True)
        self.buckets: NDArray[np.int64] = buckets
        self.factors = np.ones(len(first), np.float32)
        self._shown = [balance.shown[first].toarray() for balance in self._balances]
        self._update()

    def __bool__(self) -> bool:
        """Whether anything is balanced."""
        return bool(self._balances)

    def of_all(self) -> NDArray[np.float32]:
        """Return the factor of every point, (n,)."""
        return self.factors[self.buckets]

    def choose(self, point: int) -> None:
        """Count a picked point."""
        for balance in self._balances:
            balance.choose(point)
        if self._balances:
            self._update()

    def _update(self) -> None:
        product = np.ones(len(self.factors))
        for balance, shown in zip(self._balances, self._shown, strict=True):
            product *= (shown @ balance.shortages) ** balance.goal.strength
        # In place: the heaps of a running search hold this very array.
        self.factors[:] = product


class _Balance:
    """One balance while points are picked.

    Attributes:
        goal: What is wanted.
        shown: (n, G) sparse: the shares of the groups that each point shows, sum 1, or 0 without a group.
    """

    def __init__(
        self, goal: Balance, amounts: "csr_array", target: NDArray[np.float64], counts: NDArray[np.float64]
    ) -> None:
        """Begin with `counts`; `amounts` are (n, G) what a point adds to them."""
        self.goal = goal
        self.shown = _few_different(amounts)
        self._amounts = amounts
        self._target = target
        self._counts = counts

    @property
    def shortages(self) -> NDArray[np.float64]:
        """Target share / count of each group, (G,)."""
        return self._target / self._counts

    def choose(self, point: int) -> None:
        """Count a picked point."""
        # The row of the sparse array by hand: slicing it through scipy builds a new one at every pick.
        own = slice(self._amounts.indptr[point], self._amounts.indptr[point + 1])
        self._counts[self._amounts.indices[own]] += self._amounts.data[own]


def _balance(goal: Balance, arrays: GoalArrays, rows: Rows, labeled: Rows) -> _Balance:
    if isinstance(goal.by, str):
        classes = arrays.shares()
        names = classes.names
        amounts = _above_zero(classes.shares[rows])
        counts = _above_zero(classes.shares[labeled]).sum(axis=0)
    else:
        groups = arrays.groups(goal.by.key)
        names = groups.names
        amounts = _one_each(np.asarray(groups.codes[rows], np.int64), len(names))
        counts = _one_each(np.asarray(groups.codes[labeled], np.int64), len(names)).sum(axis=0)
    target = _target(goal, names, amounts.sum(axis=0) + counts)
    # A group counts once before any row is chosen, so that no count is 0.
    return _Balance(goal, amounts, target, 1 + counts)


def _above_zero(shares: NDArray[np.floating]) -> "csr_array":
    """Return the entries above 0, which NaN is not: from the dense array itself, scipy takes several times as long."""
    from scipy.sparse import csr_array

    is_some = shares > 0
    starts = np.concatenate([[0], np.cumsum(np.count_nonzero(is_some, axis=1))])
    columns = np.nonzero(is_some)[1]
    return csr_array((shares[is_some].astype(np.float64), columns, starts), shape=shares.shape)


def _one_each(codes: NDArray[np.int64], n_groups: int) -> "csr_array":
    from scipy.sparse import csr_array

    points = np.flatnonzero(codes >= 0)
    return csr_array((np.ones(len(points)), (points, codes[points])), shape=(len(codes), n_groups))


def _few_different(amounts: "csr_array") -> "csr_array":
    """Return the shares of the groups that each point shows, rounded if too many points differ.

    Eighths, then quarters, then the group alone that a point shows most of.
    """
    total = np.maximum(amounts.sum(axis=1), np.finfo(np.float64).tiny)
    shares = (amounts / total[:, None]).tocsr()
    weights = np.random.default_rng(0).random(amounts.shape[1])
    if len(np.unique(shares @ weights)) <= MAX_BUCKETS:
        return shares
    for parts in (8, 4):
        rounded = shares.copy()
        rounded.data = np.rint(rounded.data * parts) / parts
        if len(np.unique(rounded @ weights)) <= MAX_BUCKETS:
            return rounded
    return _one_each(_largest(shares), amounts.shape[1])


def _largest(shares: "csr_array") -> NDArray[np.int64]:
    """Return the group that each point shows most of, the first among equals, -1 for a point that shows none."""
    n_shown = np.diff(shares.indptr)
    points = np.repeat(np.arange(len(n_shown)), n_shown)
    largest = np.full(len(n_shown), NO_GROUP, np.int64)
    if len(points):
        shows = np.flatnonzero(n_shown)
        highest = np.zeros(len(n_shown))
        highest[shows] = np.maximum.reduceat(shares.data, shares.indptr[:-1][shows])
        is_highest = shares.data == highest[points]
        # Written from the last to the first, so that the first stays.
        largest[points[is_highest][::-1]] = shares.indices[is_highest][::-1]
    return largest


def _target(goal: Balance, names: Sequence[str], present: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the wanted share of each group, (G,); `present` is how much of each all rows show."""
    if goal.target == "uniform":
        return np.full(len(names), 1 / max(len(names), 1))
    if goal.target == "input":
        return np.asarray(present / max(present.sum(), np.finfo(np.float64).tiny))
    target = np.zeros(len(names))
    for name, share in goal.target:
        if name not in names:
            there = quoted(names[:20]) or "none"
            raise InvalidInputError(f"a target names the group '{name}', but the groups are: {there}")
        target[list(names).index(name)] = share
    return target
