"""Shapes painted into maps of classes, and maps as runs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.formats.labels.labels import MASK_RUN
from al_core.formats.predictions.run_lengths import MAX_PIXELS
from al_core.types import Rows

__all__ = ["MAX_PIXELS", "circle", "paint_polygon", "runs_of"]

_N_CORNERS = 64
"""Of the polygon that stands for a circle, which misses less than 0.2 % of its area."""


def circle(center: tuple[float, float], *radii: float) -> list[tuple[float, float]]:
    """Return the corners of a polygon like a circle, or, with two radii, an upright ellipse.

    Examples:
        >>> [round(side) for side in circle((5, 5), 2, 1)[0]]
        [7, 5]
    """
    angles = np.linspace(0, 2 * np.pi, _N_CORNERS, endpoint=False)
    x, y = center
    xs = x + radii[0] * np.cos(angles)
    ys = y + radii[-1] * np.sin(angles)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def paint_polygon(canvas: NDArray[np.int32], polygon: Sequence[tuple[float, float]], label: int) -> None:
    """Give the pixels whose center is inside a polygon a class; where it crosses itself, inside and outside take turns.

    Args:
        canvas: (H, W) is changed.
        polygon: Corners x and y in pixels, (0, 0) being the upper left corner of the canvas.
        label: The class.
    """
    corners = np.array(polygon, np.float64).reshape(-1, 2)
    if len(corners) < 3:
        return
    height, width = canvas.shape
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, [width, height]).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, [width, height]).astype(int)
    if right <= left or bottom <= top:
        return
    inside = _inside(corners, np.arange(top, bottom) + 0.5, np.arange(left, right + 1))
    canvas[top:bottom, left:right][inside] = label


def _inside(corners: NDArray[np.float64], lines: NDArray[np.float64], columns: Rows) -> NDArray[np.bool_]:
    """Return for each line and each column but the last whether the pixel is inside.

    Every edge that crosses the center of a line turns what is to its right inside out.
    """
    x0, y0 = corners.T
    x1, y1 = np.roll(corners, -1, axis=0).T
    edges, rows = np.nonzero((y0[:, None] <= lines) != (y1[:, None] <= lines))
    # The slope is of edges alone that are not level.
    slopes = (x1[edges] - x0[edges]) / (y1[edges] - y0[edges])
    crossings = x0[edges] + (lines[rows] - y0[edges]) * slopes
    first_right = np.clip(np.ceil(crossings - 0.5), columns[0], columns[-1]).astype(np.int64) - columns[0]
    places = rows * len(columns) + first_right
    turns = np.bincount(places, minlength=len(lines) * len(columns)).reshape(len(lines), len(columns))
    inside: NDArray[np.bool_] = turns.cumsum(axis=1)[:, :-1] % 2 == 1
    return inside


def runs_of(label_map: NDArray[np.int32]) -> NDArray[np.void]:
    """Return the pixels of a map, line by line, as runs of one class.

    Examples:
        >>> runs_of(np.array([[1, 1], [1, 0]])).tolist()
        [(1, 3), (0, 1)]
    """
    pixels = label_map.ravel()
    starts = np.flatnonzero(np.append(True, pixels[1:] != pixels[:-1])) if len(pixels) else np.empty(0, np.int64)
    runs = np.empty(len(starts), MASK_RUN)
    runs["label"] = pixels[starts]
    runs["length"] = np.diff(np.append(starts, len(pixels)))
    return runs
