"""Which points lie inside a polygon drawn on the map."""

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.types import Rows

# Points tested at once: their coordinates, sorted, stay in the cache.
_CHUNK_ROWS = 65_536


def rows_in_polygon(points: NDArray[np.floating], polygon: NDArray[np.floating]) -> Rows:
    """Return the rows of `points` (N, 2) inside `polygon` (V, 2), ascending.

    The last vertex joins the first. Where the outline crosses itself, the even-odd rule decides, as when it is drawn.
    Points on the outline count for one of its two sides only, so polygons side by side never share a point.
    NaN points are never inside.

    Examples:
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
    rows = [np.empty(0, np.int64)]
    for start in range(0, len(points), _CHUNK_ROWS):
        rows.append(start + _inside(points[start : start + _CHUNK_ROWS], outline))
    return np.concatenate(rows)


def _inside(points: NDArray[np.floating], outline: NDArray[np.float64]) -> Rows:
    # NaN compares false, so its points end here.
    is_near = ((points >= outline.min(axis=0)) & (points <= outline.max(axis=0))).all(axis=1)
    near = np.flatnonzero(is_near)
    # With the points in the order of their height, those level with an edge are one slice.
    order = near[np.argsort(points[near, 1])]
    x = points[order, 0].astype(np.float64)
    y = points[order, 1].astype(np.float64)
    # Even-odd: a point is inside if an odd number of edges lie to its right at its height.
    is_inside = np.zeros(len(order), np.bool_)
    for ends in zip(outline.tolist(), np.roll(outline, -1, axis=0).tolist(), strict=True):
        # Always upwards, so that two outlines agree on the edge they share.
        (x1, y1), (x2, y2) = sorted(ends, key=lambda end: end[1])
        # Half-open: a vertex belongs to one of the two edges that meet in it.
        level = slice(*np.searchsorted(y, [y1, y2]))
        # A horizontal edge has no points level with it.
        if y1 < y2:
            crossing = x1 + (x2 - x1) / (y2 - y1) * (y[level] - y1)
            is_inside[level] ^= x[level] < crossing
    return np.sort(order[is_inside])
