"""Several strategies at once: the row of the highest product of objective^strength, one pick after the other.

The rule that Lightly publishes for combining strategies (docs.lightly.ai, selection strategy combination).
"""

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import InvalidInputError
from al_core.geometry.space import squared_distances
from al_core.selection.coreset import farthest_first
from al_core.selection.request import Request, checked_rows, count_new
from al_core.selection.strategies import Balance, Diversity, Similarity, Threshold, Typicality, Weights
from al_core.types import Progress, Rows

Strategy: TypeAlias = Balance | Diversity | Similarity | Threshold | Typicality | Weights


def combine(
    strategies: Sequence[Strategy],
    n_samples: int,
    *,
    query_rows: Rows,
    preselected_rows: Rows | Sequence[int] = (),
    progress: Progress | None = None,
) -> Rows:
    """Return the newly added rows in the order picked, the lowest row among equals.

    Args:
        strategies: What counts; at most one `Diversity` and one `Balance`.
        n_samples: The size of the result, preselected rows included; -1 for no limit.
        query_rows: Rows that may be selected.
        preselected_rows: Rows already chosen.
        progress: Called with (picked, total); it may raise to stop.

    Raises:
        InvalidInputError: If strategies contradict each other or a value is out of range.

    Examples:
        The example of the published rule: distances 1, .8, .5 and scores .3, .8, 1 select the second row.

        >>> embeddings = np.array([[0.0], [1.0], [0.8], [0.5]])
        >>> strategies = [Diversity(embeddings, normalize=False), Weights(np.array([0, 0.3, 0.8, 1]))]
        >>> combine(strategies, 2, query_rows=np.array([1, 2, 3]), preselected_rows=[0])
        array([2])
    """
    diversity = _at_most_one([strategy for strategy in strategies if isinstance(strategy, Diversity)])
    balance = _at_most_one([strategy for strategy in strategies if isinstance(strategy, Balance)])
    labeled = checked_rows(preselected_rows, None, "preselected_rows")
    query = _allowed(strategies, checked_rows(query_rows, None, "query_rows"))
    candidates = np.setdiff1d(query, labeled, assume_unique=True)
    config = _config(n_samples, diversity)
    request = Request(
        candidates=candidates,
        labeled=labeled,
        n_new=count_new(config, len(candidates), len(labeled)),
        config=config,
        embeddings=diversity.embeddings if diversity else None,
        row_scores=None,
        graph=None,
        progress=progress or (lambda done, total: None),
    )
    factors = _constant_factors(strategies, candidates)
    if balance:
        return _pick_balanced(request, factors, diversity, balance)
    if diversity:
        # The engine multiplies squared distances, and a root changes no order.
        return farthest_first(request, (factors ** (2 / diversity.strength)).astype(np.float32))
    return candidates[np.argsort(-factors, kind="stable")[: request.n_new]]


_Kind = TypeVar("_Kind")


def _at_most_one(strategies: list[_Kind]) -> _Kind | None:
    if len(strategies) > 1:
        raise InvalidInputError(f"{type(strategies[0]).__name__} is given {len(strategies)} times; give it once")
    return strategies[0] if strategies else None


def _allowed(strategies: Sequence[Strategy], rows: Rows) -> Rows:
    for strategy in strategies:
        if isinstance(strategy, Threshold):
            rows = rows[strategy.allows(rows)]
    return rows


def _config(n_samples: int, diversity: Diversity | None) -> SelectionConfig:
    if diversity and diversity.strength <= 0:
        raise InvalidInputError(f"the strength of Diversity is above 0, not {diversity.strength}")
    spacing = diversity.min_distance if diversity else -1
    spacing = max(spacing, 0) if n_samples == -1 else spacing
    normalize = diversity.normalize if diversity else True
    return SelectionConfig(SamplingMethod.CORESET, n_samples, spacing, normalize=normalize)


def _constant_factors(strategies: Sequence[Strategy], rows: Rows) -> NDArray[np.float64]:
    """Return (n,) the product of what does not change from pick to pick, each objective scaled to at most 1."""
    factors = np.ones(len(rows))
    for strategy in strategies:
        if isinstance(strategy, Weights | Similarity | Typicality):
            objective = strategy.objective(rows)
            scaled = objective / (objective.max(initial=0) or 1)
            floor = np.finfo(np.float32).tiny if strategy.strength < 0 else 0
            factors *= np.maximum(scaled, floor) ** strategy.strength
    return factors


def _pick_balanced(
    request: Request, factors: NDArray[np.float64], diversity: Diversity | None, balance: Balance
) -> Rows:
    rows, picked = request.candidates, list[int]()
    nearest, open_rows = np.full(len(rows), np.inf, np.float32), np.ones(len(rows), np.bool_)
    vectors = request.space().vectors(rows) if diversity else None
    if diversity and vectors is not None:
        for centre in request.space().vectors(request.labeled):
            np.minimum(nearest, squared_distances(vectors, centre), out=nearest)
    while len(picked) < request.n_new:
        open_rows &= nearest >= request.least_squared_distance
        if not open_rows.any():
            break
        chosen = np.concatenate([request.labeled, rows[picked]])
        values = factors * balance.objective(rows, chosen) ** balance.strength
        if diversity and len(chosen):
            values = values * nearest.astype(np.float64) ** (diversity.strength / 2)
        best = int(np.where(open_rows, values, -1).argmax())
        picked.append(best)
        open_rows[best] = False
        if vectors is not None:
            np.minimum(nearest, squared_distances(vectors, vectors[best]), out=nearest)
        request.progress(len(picked), request.n_new)
    return rows[picked]
