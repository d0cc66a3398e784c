"""CORESET: greedy k-center. Gonzalez, Clustering to minimize the maximum intercluster distance (1985)."""

import numpy as np

from al_core.selection.limited import pick_farthest
from al_core.selection.request import Request
from al_core.types import Rows


def select_coreset(request: Request) -> Rows:
    """Return the rows that greedy k-center picks: each the farthest from all chosen, the lowest row among equals.

    With nothing labeled the lowest candidate comes first.
    """
    return pick_farthest(request, np.ones(len(request.candidates), np.float32))
