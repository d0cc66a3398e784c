"""RANDOM and ACTIVE_LEARNING: candidates in a fixed order, the first that keep their distance."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.geometry import kernels
from al_core.selection.draws import draw_per_row
from al_core.selection.goals import constant_factors
from al_core.selection.greedy import pick_lazily
from al_core.selection.request import Request
from al_core.selection.shortage import Shortage
from al_core.types import Rows

_ROWS_PER_REPORT = 64


def select_random(request: Request) -> Rows:
    """Return candidates drawn uniformly without replacement: those of the lowest draw, see `draw_per_row`.

    A limit leaves out those that it closes, and a budget those that it cannot pay any more; neither changes the order.
    """
    draws = draw_per_row(request.candidates, request.seed)
    return _in_order(request, draws)


def select_active_learning(request: Request) -> Rows:
    """Return the candidates of the highest scores times goals, per price, the lowest row first among equals."""
    scores = request.scores()
    shortage = request.shortage(request.candidates)
    if shortage:
        return _by_shortage(request, scores * constant_factors(request, request.candidates), shortage)
    if request.config.goals or request.config.budget:
        scores *= constant_factors(request, request.candidates)
    # Negated: the sort is ascending and keeps the lowest row first among equals.
    return _in_order(request, -scores)


def _in_order(request: Request, keys: NDArray[Any]) -> Rows:
    """Return the candidates of the lowest keys, one key per candidate, that distance and limits admit."""
    config = request.config
    if config.min_distance == -1 and not config.limits and not config.budget:
        request.progress(request.n_new, request.n_new)
        return request.candidates[lowest_first(keys, request.n_new)]
    spacing = request.spacing()
    limits = request.limits(request.candidates)
    order = lowest_first(keys, len(keys))
    picked: list[int] = []
    # No state has this number, so the first pass is made.
    n_restarts = -1
    while n_restarts != limits.n_restarts and len(picked) < request.n_new:
        n_restarts = limits.n_restarts
        # Quotas may reopen what was passed over, so the order begins anew after each restart.
        pickable = order[limits.is_pickable[order]]
        if spacing is not None:
            spacing.expect(request.candidates[pickable])
        for number, point in enumerate(pickable.tolist()):
            # Rows that are passed over take as long as picks, and there may be a million of them.
            if number % _ROWS_PER_REPORT == 0:
                request.progress(len(picked), request.n_new)
            if len(picked) == request.n_new or n_restarts != limits.n_restarts:
                break
            if not limits.is_pickable[point]:
                continue
            if spacing is None or spacing.admits(int(request.candidates[point])):
                limits.choose(point)
                picked.append(point)
            else:
                # A row that is too near stays too near, as picks only add to what it must keep away from.
                limits.close(point)
    request.progress(len(picked), request.n_new)
    return request.candidates[picked]


def _by_shortage(request: Request, values: NDArray[np.float64], shortage: Shortage) -> Rows:
    kernels.load()
    from al_core.selection.coverage_kernels import CoverageArrays

    n = len(request.candidates)
    ones = np.ones(n, np.float32)
    # Nobody covers anybody else, so the coverage that a point would add is 1.
    alone = np.zeros((n, 0), np.int32), np.zeros((n, 0), np.float32)
    coverage = CoverageArrays(*alone, np.zeros(n, np.float32), ones, values.astype(np.float32))
    limits = request.limits(request.candidates)
    picked = pick_lazily(
        coverage,
        shortage,
        limits,
        request.candidates,
        spacing=request.spacing_among(request.candidates),
        n_new=request.n_new,
        progress=request.progress,
    )
    return request.candidates[picked]


def lowest_first(keys: NDArray[Any], n: int) -> NDArray[np.intp]:
    """Return the positions of the n lowest keys, lowest first, the first position among equals.

    Examples:
        >>> lowest_first(np.array([3, 1, 2, 1]), 3)
        array([1, 3, 2])
    """
    positions = np.arange(len(keys))
    if 0 < n < len(keys):
        # Sorting all to take a few would be most of the work; equals of the last one stay in, to be ordered below.
        last = np.partition(keys, n - 1)[n - 1]
        positions = np.flatnonzero(keys <= last)
    return positions[np.argsort(keys[positions], kind="stable")][:n]
