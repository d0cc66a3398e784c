"""Goals, and the price, as factors that no pick changes; `shortage` has those that fall with picks."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from al_core.config.goals import Balance, Goal, Novel, Prefer, Similar, Typical
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.geometry.neighbors import nearest_neighbors
from al_core.geometry.space import Space
from al_core.selection.request import Request
from al_core.selection.vectors import Vectors
from al_core.types import Rows

TYPICAL_NEIGHBORS = 20
"""Neighbors whose mean distance says how dense a place is, as in the paper that `Typical` names."""

LEAST_OBJECTIVE = 1e-6
"""Where low numbers are preferred, those below a millionth of the highest count alike: the inverse of 0 would leave
nothing of all others, and squares of what is left have to be numbers in float32."""


def constant_factors(request: Request, rows: Rows) -> NDArray[np.float64]:
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
    if costs is not None and costs.any():
        # What costs nothing is worth as much for its price as the cheapest of the others.
        cheapest = costs[costs > 0].min()
        factors *= cheapest / np.maximum(costs, cheapest)
    return factors


def _similar(goal: Similar, request: Request, rows: Rows) -> NDArray[np.float64]:
    if goal.key not in request.arrays.vectors:
        raise MissingInputError(f"there is nothing to be similar to: no vectors of {goal.to!r} were passed")
    keys = request.arrays.vectors[goal.key]
    vectors = request.vectors()
    if keys.ndim != 2 or keys.shape[1] != vectors.dim or not len(keys):
        raise InvalidInputError(f"vectors to be similar to are (K, {vectors.dim}), not {keys.shape}")
    places = np.arange(len(keys))
    key_vectors = Space.from_embeddings(keys, places, normalize=request.config.normalize).vectors(places)
    # Distances count by their inverse, shifted by 1 so that a copy is worth 1 and not infinity.
    return scaled_power(1 / (1 + _nearest(vectors, rows, key_vectors)), goal.strength)


def _novel(goal: Novel, request: Request, rows: Rows) -> NDArray[np.float64]:
    if not len(request.labeled):
        return np.ones(len(rows))
    vectors = request.vectors()
    return scaled_power(_nearest(vectors, rows, vectors.read(request.labeled)), goal.strength)


def _typical(goal: Typical, request: Request, rows: Rows) -> NDArray[np.float64]:
    if request.graph is not None:
        distances = request.graph.distances[rows]
    else:
        vectors = request.vectors().read(request.rows)
        own = nearest_neighbors(
            vectors, TYPICAL_NEIGHBORS, normalize=False, progress=lambda done, total: request.tick()
        )
        # The graph is over `request.rows`, which are ascending.
        distances = own.distances[np.searchsorted(request.rows, rows)]
    if not distances.shape[1]:
        # A row that is alone has no neighbors to be near to.
        return np.ones(len(rows))
    mean = distances[:, :TYPICAL_NEIGHBORS].mean(axis=1, dtype=np.float64)
    # A row among copies of itself is at distance 0 of its neighbors.
    return scaled_power(1 / np.maximum(mean, np.finfo(np.float32).eps), goal.strength)


def _prefer(goal: Prefer, request: Request, rows: Rows) -> NDArray[np.float64]:
    numbers = request.arrays.numbers(goal.column)[rows]
    bad = rows[(numbers < 0) | np.isinf(numbers)]
    if len(bad):
        value = request.arrays.numbers(goal.column)[bad[0]]
        raise InvalidInputError(f"'{goal.column}' of row {bad[0]} is {value:g}; what is preferred is a number from 0")
    has_number = ~np.isnan(numbers)
    # A row without a number comes last, whichever end is preferred.
    factors = np.zeros(len(rows))
    factors[has_number] = scaled_power(numbers[has_number], goal.strength)
    return factors


_CONSTANT: dict[type[Goal], Callable[..., NDArray[np.float64]]] = {
    Similar: _similar,
    Novel: _novel,
    Typical: _typical,
    Prefer: _prefer,
}


def scaled_power(objective: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    """Return an objective to the power of a strength, scaled to at most 1; one that is 0 everywhere says nothing.

    Examples:
        >>> scaled_power(np.array([1.0, 2.0]), 2)
        array([0.25, 1.  ])
        >>> scaled_power(np.array([1.0, 2.0]), -2)
        array([1.  , 0.25])
    """
    highest = objective.max(initial=0)
    if not highest:
        return np.ones(len(objective))
    scaled = objective / highest
    if strength < 0:
        scaled = np.maximum(scaled, LEAST_OBJECTIVE)
        # Now 1 or more, so a negative power is at most 1.
        scaled /= scaled.min()
    return np.asarray(scaled**strength, np.float64)


def _nearest(vectors: Vectors, rows: Rows, others: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the distance of each row to the nearest of other vectors, (n,)."""
    return np.sqrt(vectors.nearest(rows, others), dtype=np.float64)
