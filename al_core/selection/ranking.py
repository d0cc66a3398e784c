"""RANDOM and ACTIVE_LEARNING: candidates in a fixed order, the first that keep their distance."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.selection.draws import draw_per_row
from al_core.selection.request import Request
from al_core.selection.spacing import Spacing
from al_core.types import Rows

_ROWS_PER_REPORT = 64


def select_random(request: Request) -> Rows:
    """Return candidates drawn uniformly without replacement: those of the lowest draw, see `draw_per_row`."""
    draws = draw_per_row(request.candidates, request.seed)
    return _first_spaced(request, draws)


def select_active_learning(request: Request) -> Rows:
    """Return the candidates of the highest scores, the lowest row first among equals."""
    return _first_spaced(request, -request.scores())


def _first_spaced(request: Request, keys: NDArray[Any]) -> Rows:
    """Return the candidates of the lowest keys, one key per candidate, that keep their distance."""
    if request.config.min_distance == -1:
        request.progress(request.n_new, request.n_new)
        return request.candidates[lowest_first(keys, request.n_new)]
    spacing = Spacing(request)
    picked: list[int] = []
    for n_tried, row in enumerate(request.candidates[lowest_first(keys, len(keys))].tolist()):
        if len(picked) == request.n_new:
            break
        if spacing.admits(row):
            picked.append(row)
        if n_tried % _ROWS_PER_REPORT == 0 or len(picked) == request.n_new:
            request.progress(len(picked), request.n_new)
    return np.array(picked, np.int64)


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
