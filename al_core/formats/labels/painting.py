"""Shapes painted into maps of classes, and maps as runs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.formats.labels.labels import MASK_RUN
from al_core.formats.predictions.run_lengths import MAX_PIXELS
from al_core.types import Rows

__all__ = ["MAX_PIXELS", "ellipse", "paint_polygon", "runs_of"]

_N_CORNERS = 64
"""Of the polygon that stands for an ellipse, which misses less than 0.2 % of its area."""


def ellipse(
    center: tuple[float, float], radius_x: float, radius_y: float, turn: float = 0.0
) -> list[tuple[float, float]]:
    """Return the corners of a polygon like an ellipse.

    Args:
        center: Its x and y.
        radius_x: Half its width before it is turned; a circle has two equal radii.
        radius_y: Half its height.
        turn: By how much it is turned about its center, in radians, clockwise as y counts downwards.

    Examples:
        >>> [round(side) for side in ellipse((5, 5), 2, 1)[0]]
        [7, 5]
        >>> [round(side) for side in ellipse((5, 5), 2, 1, turn=np.pi / 2)[0]]
        [5, 7]
    """
    angles = np.linspace(0, 2 * np.pi, _N_CORNERS, endpoint=False)
    across = radius_x * np.cos(angles)
    below = radius_y * np.sin(angles)
    x, y = center
    xs = x + across * np.cos(turn) - below * np.sin(turn)
    ys = y + across * np.sin(turn) + below * np.cos(turn)
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
    # A corner on a line counts as above it, for both of its edges: they cross there twice or not at all where the
    # outline only touches the line, and once where it passes through.
    starts_above = y0[:, None] <= lines
    ends_above = y1[:, None] <= lines
    edges, rows = np.nonzero(starts_above != ends_above)
    # A level edge crosses no line, so that nothing is divided by 0.
    slopes = (x1[edges] - x0[edges]) / (y1[edges] - y0[edges])
    crossings = x0[edges] + (lines[rows] - y0[edges]) * slopes
    # The center of a pixel is half a pixel right of its edge. What crosses left of the columns turns all of them, what
    # crosses right of them only the last, which stands for everything beyond.
    first_right = np.clip(np.ceil(crossings - 0.5), columns[0], columns[-1]).astype(np.int64)
    n_columns = len(columns)
    places = rows * n_columns + first_right - columns[0]
    turns = np.bincount(places, minlength=len(lines) * n_columns).reshape(len(lines), n_columns)
    is_odd: NDArray[np.bool_] = turns.cumsum(axis=1) % 2 == 1
    inside: NDArray[np.bool_] = is_odd[:, :-1]
    return inside


def runs_of(label_map: NDArray[np.int32]) -> NDArray[np.void]:
    """Return the pixels of a map, line by line, as runs of one class.

    Examples:
        >>> runs_of(np.array([[1, 1], [1, 0]])).tolist()
        [(1, 3), (0, 1)]
    """
    pixels = label_map.ravel()
    if not len(pixels):
        return np.empty(0, MASK_RUN)
    is_start = np.append(True, pixels[1:] != pixels[:-1])
    starts = np.flatnonzero(is_start)
    runs = np.empty(len(starts), MASK_RUN)
    runs["label"] = pixels[starts]
    runs["length"] = np.diff(np.append(starts, len(pixels)))
    return runs
