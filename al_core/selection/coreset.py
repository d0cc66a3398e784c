"""CORESET: greedy k-center. Gonzalez, Clustering to minimize the maximum intercluster distance (1985)."""

import numpy as np

from al_core.selection.request import Request
from al_core.selection.space import squared_distances
from al_core.types import Rows


def select_coreset(request: Request) -> Rows:
    """Return the rows that greedy k-center picks: each the farthest from all chosen, the lowest row among equals."""
    space = request.space()
    picked: list[int] = []
    vectors = space.vectors(request.candidates)
    nearest = np.full(len(vectors), np.inf, np.float32)
    for centre in space.vectors(request.labeled):
        np.minimum(nearest, squared_distances(vectors, centre), out=nearest)
    while len(picked) < request.n_new:
        farthest = int(nearest.argmax())
        if nearest[farthest] < request.min_squared_distance:
            break
        picked.append(farthest)
        np.minimum(nearest, squared_distances(vectors, vectors[farthest]), out=nearest)
        # Below every distance, so that a row is picked once even among its own duplicates.
        nearest[farthest] = -2
        request.progress(len(picked), request.n_new)
    return request.candidates[picked]
