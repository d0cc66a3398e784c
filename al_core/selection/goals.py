"""Goals as factors: those that no pick changes, and the shortage of groups, which falls with every pick of one."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.config.goals import Balance, Goal, Novel, Prefer, Similar, Typical
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.geometry.neighbors import nearest_neighbors
from al_core.geometry.space import Space, blocks, product_distances
from al_core.selection.inputs import NO_GROUP, Inputs
from al_core.types import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from al_core.selection.request import Request

TYPICAL_NEIGHBORS = 20
"""Neighbors whose mean distance says how dense a place is, as in the paper that `Typical` names."""

MAX_BUCKETS = 4096
"""Points that show more different shares of groups than this are rounded: each pick looks at every bucket."""

# Objectives are scaled to at most 1; below this, a negative strength would leave the range of float64.
_LEAST_OBJECTIVE = np.finfo(np.float32).tiny


def constant_factors(request: "Request", rows: Rows) -> NDArray[np.float64]:
    """Return the product of the factors of each row that no pick changes, (n,): goals, and the price if there is one.

    Raises:
        MissingInputError: If a goal needs what is not there.
        InvalidInputError: If a number is out of range; it names the row.
    """
    factors = np.ones(len(rows))
    for goal in request.config.goals:
        if not isinstance(goal, Balance):
            factors *= _CONSTANT[type(goal)](goal, request, rows)
    costs = request.costs(rows)
    if costs is not None:
        # What costs nothing is worth as much for its price as the cheapest of the others.
        cheapest = costs[costs > 0].min(initial=1)
        factors *= cheapest / np.maximum(costs, cheapest)
    return factors


def _similar(goal: Similar, request: "Request", rows: Rows) -> NDArray[np.float64]:
    if goal.key not in request.inputs.vectors:
        raise MissingInputError(f"there is nothing to be similar to: no vectors of {goal.to!r} were passed")
    keys = request.inputs.vectors[goal.key]
    space = request.space()
    if keys.ndim != 2 or keys.shape[1] != space.dim or not len(keys):
        raise InvalidInputError(f"vectors to be similar to are (K, {space.dim}), not {keys.shape}")
    places = np.arange(len(keys))
    key_vectors = Space.from_embeddings(keys, places, normalize=request.config.normalize).vectors(places)
    return scaled_power(1 / (1 + _nearest(space, rows, key_vectors)), goal.strength)


def _novel(goal: Novel, request: "Request", rows: Rows) -> NDArray[np.float64]:
    if not len(request.labeled):
        return np.ones(len(rows))
    space = request.space()
    return scaled_power(_nearest(space, rows, space.vectors(request.labeled)), goal.strength)


def _typical(goal: Typical, request: "Request", rows: Rows) -> NDArray[np.float64]:
    if request.graph is not None:
        distances = request.graph.distances[rows]
    else:
        space = request.space()
        own = nearest_neighbors(space.vectors(request.rows), TYPICAL_NEIGHBORS, normalize=False)
        distances = own.distances[np.searchsorted(request.rows, rows)]
    mean = distances[:, :TYPICAL_NEIGHBORS].mean(axis=1, dtype=np.float64)
    return scaled_power(1 / np.maximum(mean, np.finfo(np.float32).eps), goal.strength)


def _prefer(goal: Prefer, request: "Request", rows: Rows) -> NDArray[np.float64]:
    numbers = request.inputs.numbers(goal.column)[rows]
    bad = rows[(numbers < 0) | np.isinf(numbers)]
    if len(bad):
        value = request.inputs.numbers(goal.column)[bad[0]]
        raise InvalidInputError(f"'{goal.column}' of row {bad[0]} is {value:g}; what is preferred is a number from 0")
    factors = scaled_power(np.nan_to_num(numbers), goal.strength)
    # A row without a number comes last, whichever end is preferred.
    return np.where(np.isnan(numbers), 0, factors)


_CONSTANT: dict[type[Goal], Callable[..., NDArray[np.float64]]] = {
    Similar: _similar,
    Novel: _novel,
    Typical: _typical,
    Prefer: _prefer,
}


def scaled_power(objective: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    """Return an objective, scaled to at most 1, to the power of a strength.

    Examples:
        >>> scaled_power(np.array([1.0, 2.0]), 2)
        array([0.25, 1.  ])
    """
    scaled = objective / (objective.max(initial=0) or 1)
    least = _LEAST_OBJECTIVE if strength < 0 else 0
    return np.asarray(np.maximum(scaled, least) ** strength, np.float64)


def _nearest(space: Space, rows: Rows, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the distance of each row to the nearest of the vectors, (n,)."""
    nearest = np.empty(len(rows))
    for block in blocks(np.arange(len(rows)), space.dim):
        nearest[block] = product_distances(space.vectors(rows[block]), vectors).min(axis=1)
    return np.asarray(np.sqrt(np.maximum(nearest, 0)))


class Shortage:
    """How short the labeled set and the picks are of each group that a balance speaks of.

    Points that show the same of every group are one bucket, because they have the same factor at any time: so whoever
    picks keeps the points of a bucket in one order, and multiplies by the factor of the bucket.

    Attributes:
        buckets: (n,) the bucket of each point.
        factors: (B,) the factor of each bucket, 0 to 1; they only fall. Updated.
    """

    def __init__(self, goals: Sequence[Goal], inputs: Inputs, rows: Rows, labeled: Rows) -> None:
        """Count the labeled rows; points are positions in `rows`.

        Raises:
            MissingInputError: If what is balanced is not there.
            InvalidInputError: If a target names a group that there is not.
        """
        self._balances = [_balance(goal, inputs, rows, labeled) for goal in goals if isinstance(goal, Balance)]
        signature = np.zeros(len(rows))
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
        own = slice(self._amounts.indptr[point], self._amounts.indptr[point + 1])
        self._counts[self._amounts.indices[own]] += self._amounts.data[own]


def _balance(goal: Balance, inputs: Inputs, rows: Rows, labeled: Rows) -> _Balance:
    from scipy.sparse import csr_array

    if isinstance(goal.by, str):
        classes = inputs.shares()
        names = classes.names
        amounts = csr_array(np.nan_to_num(np.asarray(classes.shares[rows], np.float64)))
        counts = np.nan_to_num(np.asarray(classes.shares[labeled], np.float64)).sum(axis=0)
    else:
        groups = inputs.groups(goal.by.key)
        names = groups.names
        amounts = _one_each(np.asarray(groups.codes[rows], np.int64), len(names))
        counts = _one_each(np.asarray(groups.codes[labeled], np.int64), len(names)).sum(axis=0)
    target = _target(goal, names, amounts.sum(axis=0) + counts)
    # A group counts once before any row is chosen, so that no count is 0.
    return _Balance(goal, amounts, target, 1 + counts)


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
    for parts in (0, 8, 4):
        rounded = shares.copy()
        if parts:
            rounded.data = np.rint(rounded.data * parts) / parts
        if len(np.unique(rounded @ weights)) <= MAX_BUCKETS:
            return rounded
    largest = np.full(len(total), NO_GROUP, np.int64)
    for point in np.flatnonzero(np.diff(shares.indptr)).tolist():
        own = slice(shares.indptr[point], shares.indptr[point + 1])
        largest[point] = shares.indices[own][shares.data[own].argmax()]
    return _one_each(largest, amounts.shape[1])


def _target(goal: Balance, names: Sequence[str], present: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the wanted share of each group, (G,); `present` is how much of each all rows show."""
    if goal.target == "uniform":
        return np.full(len(names), 1 / max(len(names), 1))
    if goal.target == "input":
        return np.asarray(present / max(present.sum(), np.finfo(np.float64).tiny))
    target = np.zeros(len(names))
    for name, share in goal.target:
        if name not in names:
            there = ", ".join(f"'{group}'" for group in names[:20]) or "none"
            raise InvalidInputError(f"a target names the group '{name}', but the groups are: {there}")
        target[list(names).index(name)] = share
    return target
