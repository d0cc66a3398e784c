"""Which points lie inside a polygon drawn on the map."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.types import Rows


def rows_in_polygon(points: NDArray[np.floating], polygon: NDArray[np.floating]) -> Rows:
    """Return the rows of `points` (N, 2) inside `polygon` (V, 2), ascending.

    The last vertex joins the first. Where the outline crosses itself, the even-odd rule decides, as when it is drawn.
    Points on the outline count for one of its two sides only, so polygons side by side never share a point.
    NaN points are never inside.

    Example:
        >>> points = np.array([[0.5, 0.5], [1.5, 0.5], [0.2, 0.9]])
        >>> rows_in_polygon(points, np.array([[0, 0], [1, 0], [1, 1], [0, 1]]))
        array([0, 2])

    Raises:
        InvalidInputError: The shapes are not (N, 2) and (V, 2), or a vertex is not finite.
    """
    outline = np.asarray(polygon, np.float64)
    if outline.ndim != 2 or outline.shape[1] != 2 or not np.isfinite(outline).all():
        raise InvalidInputError(f"polygon must be finite (x, y) pairs, shape (V, 2), but has shape {outline.shape}")
    if points.ndim != 2 or points.shape[1] != 2:
        raise InvalidInputError(f"points must have shape (N, 2), but have shape {points.shape}")
    if len(outline) < 3:
        return np.empty(0, np.int64)
    is_inside = np.empty(len(points), np.bool_)
    _mark_inside(points, outline, outline.min(axis=0), outline.max(axis=0), is_inside)
    return np.flatnonzero(is_inside)


@njit(cache=True, nogil=True)
def _mark_inside(
    points: NDArray[np.floating],
    outline: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    is_inside: NDArray[np.bool_],
) -> None:
    n_vertices = outline.shape[0]
    for i in range(points.shape[0]):
        x, y = points[i, 0], points[i, 1]
        inside = False
        if low[0] <= x <= high[0] and low[1] <= y <= high[1]:
            j = n_vertices - 1
            for k in range(n_vertices):
                if (outline[k, 1] > y) != (outline[j, 1] > y):
                    slope = (outline[j, 0] - outline[k, 0]) / (outline[j, 1] - outline[k, 1])
                    if x < outline[k, 0] + slope * (y - outline[k, 1]):
                        inside = not inside
                j = k
        is_inside[i] = inside
