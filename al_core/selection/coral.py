"""CORAL: diversity and uncertainty together."""

import numpy as np

from al_core.selection.request import Request
from al_core.selection.space import squared_distances
from al_core.types import Rows


def select_coral(request: Request) -> Rows:
    """Return the rows of the highest product of score and distance to the nearest chosen row."""
    space = request.space()
    picked: list[int] = []
    weights = request.scores() ** request.config.strength
    vectors = space.vectors(request.candidates)
    nearest = np.full(len(vectors), np.inf, np.float32)
    for centre in space.vectors(request.labeled):
        np.minimum(nearest, squared_distances(vectors, centre), out=nearest)
    while len(picked) < request.n_new:
        # With nothing chosen yet every distance counts as 1.
        distance = np.sqrt(np.where(np.isinf(nearest), 1, np.maximum(nearest, 0)), dtype=np.float64)
        open_rows = nearest >= request.least_squared_distance
        if not open_rows.any():
            break
        best = int(np.where(open_rows, weights * distance, -1).argmax())
        picked.append(best)
        np.minimum(nearest, squared_distances(vectors, vectors[best]), out=nearest)
        nearest[best] = -2
        request.progress(len(picked), request.n_new)
    return request.candidates[picked]
