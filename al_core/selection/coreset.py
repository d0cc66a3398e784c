"""CORESET: greedy k-center. Gonzalez, Clustering to minimize the maximum intercluster distance (1985)."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.space import Space, is_small, squared_distances
from al_core.geometry.threads import workers
from al_core.selection.request import Request
from al_core.types import Rows

_PICKS_PER_REPORT = 16
_SHORT_DIM, _COLUMN_DIM = 8, 32
# Up to so many component differences the plain loop ends before matrix products do.
_COLUMN_WORK, _ROW_WORK = 1 << 28, 1 << 25


def select_coreset(request: Request) -> Rows:
    """Return the rows that greedy k-center picks: each the farthest from all chosen, the lowest row among equals.

    With nothing labeled the lowest candidate comes first.
    """
    return farthest_first(request, np.ones(len(request.candidates), np.float32))


def farthest_first(request: Request, weights: NDArray[np.float32]) -> Rows:
    """Return the candidates picked by the highest weight times squared distance to the nearest chosen row.

    With nothing labeled the candidate of the highest weight comes first.
    """
    space, candidates = request.space(), request.candidates
    pick = _quickest(space, len(candidates), len(request.labeled) + request.n_new)
    if len(request.labeled):
        return pick(space, candidates, request.labeled, weights, request)
    best = int(weights.argmax())
    first, others = candidates[best : best + 1], np.arange(len(candidates)) != best
    request.progress(1, request.n_new)
    return np.concatenate([first, pick(space, candidates[others], first, weights[others], request)])


def _quickest(space: Space, n_candidates: int, n_chosen: int) -> Callable[..., Rows]:
    if "al_core.geometry.distance_kernel" not in sys.modules and is_small(space, n_candidates, n_chosen):
        return plain_farthest_first
    dim = space.embeddings.shape[1]
    work = n_candidates * n_chosen * dim
    is_loop_sooner = dim <= _SHORT_DIM or work <= (_COLUMN_WORK if dim <= _COLUMN_DIM else _ROW_WORK)
    return compiled_farthest_first if is_loop_sooner else fast_farthest_first


def plain_farthest_first(
    space: Space, candidates: Rows, centres: Rows, weights: NDArray[np.float32], request: Request
) -> Rows:
    """Return the picks by definition: the reference of the two below."""
    before, least = len(centres) - len(request.labeled), request.least_squared_distance
    vectors, nearest = space.vectors(candidates), np.full(len(candidates), np.inf, np.float32)
    for centre in space.vectors(centres):
        np.minimum(nearest, squared_distances(vectors, centre), out=nearest)
    picked: list[int] = []
    while before + len(picked) < request.n_new:
        values = np.where(nearest >= least, weights * nearest, np.float32(-1))
        best = int(values.argmax())
        if values[best] < 0:
            break
        picked.append(best)
        np.minimum(nearest, squared_distances(vectors, vectors[best]), out=nearest)
        nearest[best] = -1
        request.progress(before + len(picked), request.n_new)
    return candidates[picked]


def compiled_farthest_first(
    space: Space, candidates: Rows, centres: Rows, weights: NDArray[np.float32], request: Request
) -> Rows:
    """Return what `plain_farthest_first` returns, by the same loop compiled."""
    before, least = len(centres) - len(request.labeled), request.least_squared_distance
    nearest, best, n = np.full(len(candidates), np.finfo(np.float32).max, np.float32), -1, 0
    points, lower, pick = _loop(space, candidates)
    for centre in centres:
        best = lower(*points, space.padded(centre[None]), nearest, weights, least)
    picked = np.empty(request.n_new - before, np.int64)
    while n < len(picked) and best >= 0:
        n_picked, best = pick(*points, best, picked[n : n + _PICKS_PER_REPORT], nearest, weights, least)
        n += n_picked
        request.progress(before + n, request.n_new)
    return candidates[picked[:n]]


def _loop(
    space: Space, candidates: Rows
) -> tuple[tuple[NDArray[Any], ...], Callable[..., int], Callable[..., tuple[int, int]]]:
    """Return the points as the quicker kernels take them, what lowers their distances, and what picks."""
    from al_core.selection import loop_kernels as loop

    if space.embeddings.shape[1] <= _COLUMN_DIM:
        return (loop.by_columns(space.vectors(candidates)),), loop.lower_by_columns, loop.pick_by_columns
    return space.source(candidates), loop.lower_by_rows, loop.pick_by_rows


def fast_farthest_first(
    space: Space, candidates: Rows, centres: Rows, weights: NDArray[np.float32], request: Request
) -> Rows:
    """Return what `plain_farthest_first` returns, at the speed of matrix products."""
    from al_core.selection.k_center import KCenter

    before, picked = len(centres) - len(request.labeled), list[int]()

    def tick() -> None:
        request.progress(before + len(picked), request.n_new)

    n = request.n_new - before
    with workers() as pool:
        least = request.least_squared_distance
        state = KCenter(space, candidates, centres, n, pool, weights=weights, least=least, tick=tick)
        while len(picked) < n and len(new := state.pick(n - len(picked), tick)):
            picked.extend(new.tolist())
            tick()
    return candidates[picked]
