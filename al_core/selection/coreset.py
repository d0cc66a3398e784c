"""CORESET: greedy k-center. Gonzalez, Clustering to minimize the maximum intercluster distance (1985)."""

import numpy as np

from al_core.selection.request import Request
from al_core.selection.space import LANES, Space, squared_distances
from al_core.threads import workers
from al_core.types import Progress, Rows

_PLAIN_WORK = 1 << 26


def select_coreset(request: Request) -> Rows:
    """Return the rows that greedy k-center picks: each the farthest from all chosen, the lowest row among equals.

    With nothing labeled the lowest candidate comes first.
    """
    space, candidates, centres = request.space(), request.candidates, request.labeled
    # Compiled kernels take half a second to load; a small task is done by then.
    padded = -(-space.embeddings.shape[1] // LANES) * LANES
    small = len(candidates) * padded * (len(centres) + request.n_new) <= _PLAIN_WORK
    k_center = plain_k_center if small else fast_k_center
    return k_center(space, candidates, centres, request.n_new, request.least_squared_distance, request.progress)


def plain_k_center(
    space: Space, candidates: Rows, centres: Rows, n: int, least: np.float32, progress: Progress
) -> Rows:
    """Return what greedy k-center picks, by its definition: the reference of `fast_k_center`."""
    vectors, nearest = space.vectors(candidates), np.full(len(candidates), np.inf, np.float32)
    for centre in space.vectors(centres):
        np.minimum(nearest, squared_distances(vectors, centre), out=nearest)
    picked: list[int] = []
    while len(picked) < n and nearest.max() >= least:
        picked.append(int(nearest.argmax()))
        np.minimum(nearest, squared_distances(vectors, vectors[picked[-1]]), out=nearest)
        nearest[picked[-1]] = -1
        progress(len(picked), n)
    return candidates[picked]


def fast_k_center(
    space: Space, candidates: Rows, centres: Rows, n: int, least: np.float32, progress: Progress
) -> Rows:
    """Return what greedy k-center picks; arguments and result are those of `plain_k_center`."""
    from al_core.selection.k_center import KCenter

    first = candidates[: 0 if len(centres) else 1]
    centres, points = np.concatenate([centres, first]), candidates[len(first) :]
    rounds, n_picked = [first], len(first)
    with workers() as pool:
        state = KCenter(space, points, centres, n - len(first), pool)
        while n_picked < n:
            picked = state.pick(n - n_picked, least, lambda: progress(n_picked, n))
            if not len(picked):
                break
            rounds.append(points[picked])
            n_picked += len(picked)
            progress(n_picked, n)
    return np.concatenate(rounds)
