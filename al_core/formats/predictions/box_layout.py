"""What the four numbers of a box mean: decided for a whole file by most of its boxes, so that no outlier turns it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Coordinates = NDArray[np.floating]

LARGEST_RELATIVE = 1.5
"""Coordinates up to this are relative to the image, since a box may reach outside; larger ones are in pixels.

In pixels, a box that ends 1.5 pixels from the corner of its image is too small to be an object.
"""

_BEYOND = 0.02
"""How far a box may reach beyond its image, relative to its side, and still speak for a layout."""

_USUAL_ENOUGH = 0.9
"""The share of boxes that must fit the usual layout: detectors whose boxes are not clipped reach outside with some."""

_FITS = 0.99
"""The share of boxes that must fit another layout instead. Real boxes read in a wrong layout fit by 20 to 70 %."""

_SAMPLE = 100_000
"""About as many boxes, spread over the file, decide: the share of those that fit is then within 0.5 % of that of all,
and a million boxes take a tenth of the time."""


class Layout(StrEnum):
    """The meaning of the four numbers of a box."""

    CORNERS = "x0, y0, x1, y1"
    EXTENT = "x, y, width, height"
    CENTER = "x_center, y_center, width, height"


@dataclass(frozen=True)
class PixelBoxes:
    """Boxes as a file has them, in pixels, kept until the sizes of their images are known.

    Attributes:
        coordinates: (B, 4) one for each box of the predictions, image after image.
        layout: What the four numbers usually mean.
    """

    coordinates: NDArray[np.floating]
    layout: Layout

    def __post_init__(self) -> None:
        # The worker sends it as plain text.
        object.__setattr__(self, "layout", Layout(self.layout))

    def take(self, chosen: NDArray[np.generic]) -> "PixelBoxes":
        """Return some of the boxes, by mask or by position."""
        return PixelBoxes(self.coordinates[chosen], self.layout)


def are_in_pixels(coordinates: Coordinates) -> bool:
    """Return whether (B, D) coordinates are in pixels: whether those of the median object are beyond 1.5.

    One corner at 1.7 among relative boxes turns nothing, nor does a box of one pixel among pixels.

    Examples:
        >>> are_in_pixels(np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 0.9, 1.7], [0.1, 0.1, 0.2, 0.2]]))
        False
        >>> are_in_pixels(np.array([[0, 0, 1, 1], [10, 20, 30, 40], [5, 5, 8, 8]]))
        True
    """
    if not len(coordinates):
        return False
    # The lower of the two in the middle: half of the objects are not most of them.
    largest = np.abs(coordinates).max(axis=1)
    middle = (len(largest) - 1) // 2
    return bool(np.partition(largest, middle)[middle] > LARGEST_RELATIVE)


def to_corners(coordinates: Coordinates, layout: Layout) -> Coordinates:
    """Return (B, 4) boxes of a layout as x0, y0, x1, y1.

    Examples:
        >>> to_corners(np.array([[4.0, 6.0, 2.0, 4.0]]), Layout.EXTENT)
        array([[ 4.,  6.,  6., 10.]])
        >>> to_corners(np.array([[4.0, 6.0, 2.0, 4.0]]), Layout.CENTER)
        array([[3., 4., 5., 8.]])
    """
    if layout is Layout.CORNERS:
        return coordinates
    place = coordinates[:, :2]
    extent = coordinates[:, 2:]
    if layout is Layout.EXTENT:
        return np.hstack([place, place + extent])
    return np.hstack([place - extent / 2, place + extent / 2])


def recognized_layout(coordinates: Coordinates, usual: Layout, limits: Coordinates) -> Layout:
    """Return the layout of (B, 4) boxes: the usual one of their format, unless many do not fit it and fit another.

    Args:
        coordinates: The boxes as the file has them.
        usual: What the format says.
        limits: (B, 2) or (2,) width and height of each box's image in the same unit, NaN where unknown.

    Examples:
        >>> boxes = np.array([[0.6, 0.5, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.2, 0.8]])
        >>> recognized_layout(boxes, Layout.CORNERS, np.ones(2)).name
        'EXTENT'
    """
    # Boxes are in the order of their images, so that evenly spaced ones come from all images.
    step = max(1, len(coordinates) // _SAMPLE)
    coordinates = coordinates[::step]
    limits = limits[::step] if limits.ndim > 1 else limits
    if not len(coordinates) or share_that_fits(coordinates, usual, limits) >= _USUAL_ENOUGH:
        return usual
    others = [layout for layout in Layout if layout is not usual]
    fitting = [layout for layout in others if share_that_fits(coordinates, layout, limits) >= _FITS]
    # With few boxes, two layouts may fit within the margin: the one with more boxes strictly inside wins.
    return max(fitting, key=lambda layout: share_that_fits(coordinates, layout, limits, beyond=0), default=usual)


def share_that_fits(coordinates: Coordinates, layout: Layout, limits: Coordinates, *, beyond: float = _BEYOND) -> float:
    """Return the share of boxes that have an area and, as far as that can be told, lie inside their image.

    Args:
        coordinates: (B, 4) boxes.
        layout: What the four numbers are taken to mean.
        limits: (B, 2) or (2,) width and height of each box's image in the same unit, NaN where unknown.
        beyond: How far a box may reach beyond its image, relative to its side.
    """
    corners = to_corners(coordinates, layout)
    upper_left = corners[:, :2]
    lower_right = corners[:, 2:]
    # Nothing is above a limit of NaN; what lies left of or above the image is outside of any size.
    margin = np.nan_to_num(beyond * limits, nan=beyond)
    has_area = (upper_left < lower_right).all(axis=1)
    is_before = (upper_left < -margin).any(axis=1)
    is_behind = (lower_right > limits + margin).any(axis=1)
    return float(np.mean(has_area & ~is_before & ~is_behind))
