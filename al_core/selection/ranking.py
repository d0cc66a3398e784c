"""RANDOM and ACTIVE_LEARNING: candidates in a fixed order, the first that keep their distance."""

import numpy as np

from al_core.selection.request import Request
from al_core.selection.spacing import Spacing
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
    spacing, picked = Spacing(request), list[int]()
    for tried, row in enumerate(order.tolist()):
        if len(picked) == request.n_new:
            break
        if spacing.admits(row):
            picked.append(row)
        if tried % 64 == 0 or len(picked) == request.n_new:
            request.progress(len(picked), request.n_new)
    return np.array(picked, np.int64)
