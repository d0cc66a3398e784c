"""Farthest first under limits and balances, by the engine of exact k-center.

Closed points are as good as picked ones: their value is -1 for good. Within a batch of picks a limit may close what
comes later in it; the batch is cut there. Balances change values with every pick, so with them a batch is one pick.
"""

import numpy as np
from numpy.typing import NDArray

from al_core.selection.farthest_first import FarthestFirst, farthest_first
from al_core.selection.goals import constant_factors
from al_core.selection.limits import Limits
from al_core.selection.request import Request
from al_core.selection.shortage import Shortage
from al_core.types import Rows


def pick_farthest(request: Request, weights: NDArray[np.float32]) -> Rows:
    """Return the candidates of the highest weight times squared distance, as goals, limits and budget have it."""
    config = request.config
    if not config.goals and not config.limits and not config.budget:
        return farthest_first(FarthestFirst.from_request(request, weights))
    # Distances are squared, so factors are too.
    factors = constant_factors(request, request.candidates) ** 2
    task = FarthestFirst.from_request(request, weights * factors.astype(np.float32))
    return limited_farthest_first(task, request.limits(request.candidates), request.shortage(request.candidates))


def limited_farthest_first(task: FarthestFirst, limits: Limits, shortage: Shortage) -> Rows:
    """Return the candidates in the order picked, the lowest row among equals.

    Without centers the candidate of the highest weight comes first.
    """
    picked: list[int] = []
    if not len(task.centers) and task.n_new and limits.is_pickable.any():
        # The first pick has no centers to be far from, so the search cannot make it.
        weights = np.where(limits.is_pickable, _weights(task, shortage), -1)
        _choose(int(weights.argmax()), picked, limits, shortage)
    # Below any number of picks, so that the first search is made.
    n_before = -1
    # Where quotas reopen candidates, the search begins anew with what may be picked then.
    while n_before < len(picked) < task.n_new:
        n_before = len(picked)
        _pick_until_restart(task, limits, shortage, picked)
    return task.candidates[picked]


def _pick_until_restart(task: FarthestFirst, limits: Limits, shortage: Shortage, picked: list[int]) -> None:
    n_restarts = limits.n_restarts
    # Positions among all candidates of those that this search knows.
    candidates = np.flatnonzero(limits.is_pickable)
    centers = np.concatenate([task.centers, task.candidates[picked]])
    n_left = task.n_new - len(picked)
    # Balances change the weights after each pick, so none can be picked ahead.
    batch_size = 1 if shortage else n_left

    def tick() -> None:
        task.progress(len(picked), task.n_new)

    def admit(point: int) -> bool:
        candidate = int(candidates[point])
        # A restart reopens candidates that this search has never seen: it ends here.
        is_admitted = bool(limits.is_pickable[candidate]) and limits.n_restarts == n_restarts
        if is_admitted:
            _choose(candidate, picked, limits, shortage)
        return is_admitted

    weights = _weights(task, shortage)[candidates]
    searching = task.vectors.search(
        task.candidates[candidates], centers, n_left, weights=weights, least=task.least, tick=tick
    )
    with searching as search:
        while len(picked) < task.n_new and limits.n_restarts == n_restarts:
            if not len(search.pick(min(batch_size, task.n_new - len(picked)), tick, admit)):
                break
            # Those that limits have closed since; closing a point twice does no harm.
            search.close(np.flatnonzero(~limits.is_pickable[candidates]))
            if shortage:
                search.lower_weights(_weights(task, shortage)[candidates])
            tick()


def _choose(candidate: int, picked: list[int], limits: Limits, shortage: Shortage) -> None:
    picked.append(candidate)
    limits.choose(candidate)
    shortage.choose(candidate)


def _weights(task: FarthestFirst, shortage: Shortage) -> NDArray[np.float32]:
    # Distances are squared, so factors are too.
    return task.weights * np.square(shortage.of_all()) if shortage else task.weights
