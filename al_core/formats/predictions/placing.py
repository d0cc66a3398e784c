"""Giving the boxes of a file their place, once the sizes of their images are there."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from al_core.formats.files.image_frames import ImageFrames
from al_core.formats.files.image_header import SWAPS_SIDES
from al_core.formats.join.finding import Finding, Severity
from al_core.formats.predictions.box_layout import Coordinates, recognized_layout, to_corners
from al_core.formats.predictions.boxes import (
    CLIPPED,
    EMPTY,
    NO_SIZE,
    OTHER_LAYOUT,
    is_empty,
    is_outside,
    layout_said,
    no_box_left,
    usable_sizes,
)
from al_core.formats.predictions.predictions import DETECTION, Predictions
from al_core.types import Rows
from al_core.utils import ObjectDetectionBatch

_SAME_SHAPE = 0.03
"""How far the ratio of the sides may differ: a file may speak of a copy that was scaled, which rounds to pixels."""

_REACH = 1.02
"""How far a box may reach, relative to the side of its image, and still lie inside."""

_TURNED = Finding(
    "boxes-turned",
    "image lies on its side, and the file has the size of its pixels as they are stored",
    "images lie on their side, and the file has the size of their pixels as they are stored",
    "their boxes are turned upright, as the EXIF orientation says",
    severity=Severity.NOTE,
)
_SIZE_TURNED = Finding(
    "image-size-turned",
    "image lies on its side; the file has the size of its pixels as they are stored, but boxes as it is shown",
    "images lie on their side; the file has the size of their pixels as they are stored, but boxes as they are shown",
    "their boxes are divided by the size as it is shown",
    severity=Severity.NOTE,
)
_TURN_UNKNOWN = Finding(
    "boxes-turn-unknown",
    "image is as high as the file says it is wide, and nothing tells whether its boxes are turned, too",
    "images are as high as the file says they are wide, and nothing tells whether their boxes are turned, too",
    "where their boxes lie stays unknown; write the sizes of the images as they are shown, EXIF orientation applied",
)
_OTHER_SIZE = Finding(
    "image-size-differs",
    "image has sides of another ratio than the file says",
    "images have sides of another ratio than the file says",
    "their boxes may be shifted: check that the file is about these images, uncropped",
)


def needs_frames(predictions: Predictions) -> bool:
    """Return whether the sizes of the images say more about where the objects of a file are."""
    return predictions.pixel_boxes is not None


def rows_without_place(predictions: Predictions) -> Rows:
    """Return the rows with boxes in pixels that wait for the size of their image."""
    if predictions.pixel_boxes is None:
        return np.empty(0, np.int64)
    corners = predictions.outputs.objects.corners
    return np.unique(_image_of_box(predictions)[np.isnan(corners[:, 0])])


def lying_on_side(predictions: Predictions, frames: ImageFrames) -> NDArray[np.bool_]:
    """Return for each row whether its image is as high as the file says it is wide, and not as wide as it says."""
    sizes = predictions.image_sizes
    if sizes is None:
        return np.zeros(len(predictions), dtype=bool)
    return _ratio_differs(sizes, frames.sizes) & ~_ratio_differs(sizes[:, ::-1], frames.sizes)


def place_boxes(predictions: Predictions, frames: ImageFrames) -> Predictions:
    """Return the predictions with every box where the size of its image puts it.

    Boxes in pixels are divided by it. Where the file has the size of an image with its sides exchanged, as the EXIF
    orientation was not applied, boxes are turned if they have to be.

    Args:
        predictions: As a file holds them.
        frames: One per row.
    """
    if predictions.task != DETECTION or not needs_frames(predictions):
        return predictions
    return _Placing(predictions, frames, _image_of_box(predictions)).predictions()


def _image_of_box(predictions: Predictions) -> Rows:
    return np.repeat(np.arange(len(predictions)), predictions.outputs.n_boxes)


_SAID_AGAIN = (NO_SIZE.what, CLIPPED.what, OTHER_LAYOUT)


class _Placing:
    def __init__(self, predictions: Predictions, frames: ImageFrames, image: Rows) -> None:
        self._predictions = predictions
        self._frames = frames
        self._image = image
        self._findings = [finding for finding in predictions.findings if finding.what not in _SAID_AGAIN]
        self._file_sizes = usable_sizes(len(predictions), predictions.image_sizes)
        self._on_side = lying_on_side(predictions, frames)
        self._pixels = self._in_pixels()

    def _in_pixels(self) -> Coordinates:
        """Return the corners in pixels; of an image of unclear sides only the area of a box speaks for a layout."""
        pixel_boxes = self._predictions.pixel_boxes
        assert pixel_boxes is not None  # `needs_frames` says so
        certain_sizes = np.where(self._on_side[:, None], np.nan, self._sizes())
        limits = certain_sizes[self._image]
        layout = recognized_layout(pixel_boxes.coordinates, pixel_boxes.layout, limits)
        self._findings += layout_said(pixel_boxes.layout, layout)
        return to_corners(pixel_boxes.coordinates, layout)

    def _sizes(self) -> NDArray[np.floating]:
        # Coordinates are in the pixels that the file speaks of, also where they are those of a scaled copy.
        return np.where(np.isnan(self._file_sizes), self._frames.sizes, self._file_sizes)

    def predictions(self) -> Predictions:
        """Return the predictions with their boxes placed."""
        batch = self._predictions.outputs
        differs = _ratio_differs(self._file_sizes, self._frames.sizes) & ~self._on_side
        self._say(_OTHER_SIZE, differs[self._image])
        corners = self._turned(self._pixels / np.tile(self._sizes(), 2)[self._image])
        self._say(CLIPPED, is_outside(corners))
        corners = corners.clip(0, 1)
        is_kept = ~is_empty(corners)
        self._say(EMPTY, ~is_kept)
        if len(is_kept) and not is_kept.any():
            self._findings.append(no_box_left())
        has_no_place: NDArray[np.bool_] = np.isnan(corners[:, 0]) & is_kept
        self._say(NO_SIZE, has_no_place & ~self._on_side[self._image])
        pixel_boxes = self._predictions.pixel_boxes
        objects = batch.objects.part(np.flatnonzero(is_kept)) if not is_kept.all() else batch.objects
        counts = np.bincount(self._image[is_kept], minlength=len(batch))
        return replace(
            self._predictions,
            outputs=ObjectDetectionBatch(objects.with_boxes(corners[is_kept].astype(np.float32)), counts),
            findings=tuple(self._findings),
            pixel_boxes=pixel_boxes.take(is_kept) if pixel_boxes and has_no_place.any() else None,
        )

    def _turned(self, corners: Coordinates) -> Coordinates:
        """Return the corners with those put right on an image whose size the file has with its sides exchanged.

        Either its tool has not applied the EXIF orientation, and boxes are turned; or only the size came from a library
        that does not, and boxes are as the image is shown. Boxes that fit one way only tell, for the whole file.
        """
        is_concerned = self._on_side[self._image]
        if not is_concerned.any():
            return corners
        fits_stored, fits_shown = self._which_fit(is_concerned)
        upright = corners.copy()
        upright[is_concerned] = np.nan
        if fits_shown and not fits_stored:
            self._say(_SIZE_TURNED, is_concerned)
            shown = np.tile(self._file_sizes[:, ::-1], 2)[self._image[is_concerned]]
            upright[is_concerned] = self._pixels[is_concerned] / shown
        elif fits_stored and not fits_shown:
            self._turn(upright, corners)
        self._say(_TURN_UNKNOWN, is_concerned & np.isnan(upright[:, 0]))
        return upright

    def _turn(self, upright: Coordinates, corners: Coordinates) -> None:
        orientations = self._frames.orientations
        for orientation in SWAPS_SIDES:
            boxes = (self._on_side & (orientations == orientation))[self._image]
            upright[boxes] = turned_upright(corners[boxes], orientation)
        self._say(_TURNED, (self._on_side & np.isin(orientations, SWAPS_SIDES))[self._image])

    def _which_fit(self, is_concerned: NDArray[np.bool_]) -> tuple[bool, bool]:
        """Return whether boxes lie in the file's size of their image and not in the exchanged one, and the reverse."""
        reach = self._pixels[is_concerned, 2:]
        stored_sizes = self._file_sizes[self._image[is_concerned]]
        shown_sizes = stored_sizes[:, ::-1]
        fits_stored = (reach <= _REACH * stored_sizes).all(axis=1)
        fits_shown = (reach <= _REACH * shown_sizes).all(axis=1)
        # A box that lies in both says nothing.
        fits_stored_only = fits_stored & ~fits_shown
        fits_shown_only = fits_shown & ~fits_stored
        return bool(fits_stored_only.any()), bool(fits_shown_only.any())

    def _say(self, finding: Finding, is_concerned: NDArray[np.bool_]) -> None:
        names = self._predictions.filenames or [f"row {row}" for row in range(len(self._predictions))]
        images = np.unique(self._image[is_concerned])
        concerned = [names[image] for image in images.tolist()]
        self._findings += finding.concerning(concerned)


def _ratio_differs(sizes: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return where the sides are of another ratio; of an unknown size nothing is said."""
    width, height = sizes.T
    other_width, other_height = others.T
    ratio = (width * other_height) / (height * other_width)
    # By the logarithm, so that twice as wide and half as wide differ by as much; NaN is not above the limit.
    differs: NDArray[np.bool_] = np.abs(np.log(ratio)) > _SAME_SHAPE
    return differs


def turned_upright(corners: Coordinates, orientation: int) -> Coordinates:
    """Return (B, 4) relative corners in an image as it is shown, from those in its pixels as they are stored.

    Args:
        corners: x0, y0, x1, y1.
        orientation: Of EXIF, 5 to 8: the image lies on its side.

    Examples:
        A camera held upright: the left edge of the stored pixels is the upper edge of the image.

        >>> turned_upright(np.array([[0, 0.25, 0.125, 0.5]]), 6)
        array([[0.5  , 0.   , 0.75 , 0.125]])
    """
    x0, y0, x1, y1 = corners.T
    # To be shown upright, 5 is transposed, 6 turned clockwise, 7 transversed and 8 turned counterclockwise: each
    # exchanges x and y, and counts one of them, both or none from the other end.
    left, right = (1 - y1, 1 - y0) if orientation in (6, 7) else (y0, y1)
    top, bottom = (1 - x1, 1 - x0) if orientation in (7, 8) else (x0, x1)
    return np.column_stack([left, top, right, bottom])
