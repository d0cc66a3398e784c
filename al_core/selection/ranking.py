"""RANDOM and ACTIVE_LEARNING: candidates in a fixed order, the first that keep their distance."""

import numpy as np

from al_core.selection.request import Request
from al_core.space import Space, squared_distances
from al_core.types import Rows


def select_random(request: Request) -> Rows:
    """Return candidates drawn uniformly without replacement."""
    return _first_spaced(request, np.random.default_rng(request.config.seed).permutation(request.candidates))


def select_active_learning(request: Request) -> Rows:
    """Return the candidates of the highest scores, the lowest row first among equals."""
    return _first_spaced(request, request.candidates[np.argsort(-request.scores(), kind="stable")])


def _first_spaced(request: Request, order: Rows) -> Rows:
    if request.config.min_distance == -1:
        request.progress(request.n_new, request.n_new)
        return order[: request.n_new]
    space = request.space()
    picked: list[int] = []
    for row in order:
        if _keeps_distance(request, space, row, picked):
            picked.append(row)
            request.progress(len(picked), request.n_new)
        if len(picked) == request.n_new:
            break
    return np.array(picked, np.int64)


def _keeps_distance(request: Request, space: Space, row: int, picked: list[int]) -> bool:
    chosen = np.concatenate([request.labeled, np.array(picked, np.int64)])
    distances = squared_distances(space.vectors(chosen), space.vectors(np.array([row]))[0])
    return bool((distances >= request.least_squared_distance).all())
