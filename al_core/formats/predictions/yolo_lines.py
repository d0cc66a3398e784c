"""What the lines of YOLO text files hold: boxes, rotated boxes, polygons or keypoints, as their numbers tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.box_layout import Layout, are_in_pixels, share_that_fits

Numbers = Sequence[Sequence[float]]
"""Of each line, what comes after the class."""

Place = Callable[[int], str]
"""Names a line by its number, for messages."""

_NO_CONFIDENCE = "has no confidence; predict with save_txt=True and save_conf=True: without it these are labels"
# Center x, center y, width and height.
_N_BOX = 4
# A class, and x and y of three points.
_SHORTEST_OUTLINE = 7
_ONE_OF_MANY_IS_WHOLE = 5
"""From so many lines on, all confidences being exactly 1 is less likely than that the numbers are something else."""

_LINES_OF_ONE_LENGTH = 3
"""From so many lines on, outlines are not all of the same number of points: contours of masks have dozens."""

_SHORTEST_KEYPOINTS = 9
"""Three keypoints of three numbers: of fewer, a polygon may pass for them."""

_INSIDE_SHARE = 0.8
"""The share of keypoints that lie in their box, a little enlarged: of a body nearly all, of a polygon's points few."""

_POLYGONS = note("polygons-as-boxes", "Outlines are read as the boxes around them", "scores come from the boxes")
_ROTATED = note("rotated-as-boxes", "Rotated boxes are read as the upright boxes around them")
_TRACKS = note("track-ids", "The last number of each line is the id of a track", "it is left out")
_SECOND = note(
    "confidence-second",
    "Each line has the confidence behind the class",
    "read behind the box, many boxes would lie outside their image",
)
_USUAL_ORDER = note(
    "usual-order",
    "Each line is read as class, center, width, height, confidence, the order of Ultralytics",
    "so few lines would fit another order too: look at the boxes",
)
_FLAT_KEYPOINTS = note(
    "keypoints-without-confidence", "Keypoints have no confidence of their own", "scores come from the boxes"
)


@dataclass(frozen=True)
class TextObjects:
    """The objects of all lines.

    Attributes:
        coordinates: (B, 4) their boxes.
        layout: What the coordinates mean.
        scores: (B,) their confidences, -1 where keypoints have one and the object has none.
        keypoints: (B, K, 3) x, y and confidence, or None.
        findings: How the lines were read.
    """

    coordinates: NDArray[np.float64]
    layout: Layout
    scores: NDArray[np.float64]
    keypoints: NDArray[np.float64] | None = None
    findings: list[Finding] = field(default_factory=list)


def read_objects(place: Place, numbers: Numbers, keypoint_shape: tuple[int, int] | None = None) -> TextObjects:
    """Return the objects that lines hold; all lines are of one kind.

    Args:
        place: Names a line, for messages.
        numbers: Of each line, what comes after the class.
        keypoint_shape: How many keypoints there are and of how many numbers each, where data.yaml says so.

    Raises:
        FileFormatError: If there are no confidences, or the numbers are no objects.

    Examples:
        >>> read_objects(str, [[0.5, 0.5, 0.2, 0.2, 0.75]]).scores
        array([0.75])
    """
    lengths = {len(line) for line in numbers}
    if not lengths:
        return TextObjects(np.empty((0, _N_BOX)), Layout.CENTER, np.empty(0))
    _check_lengths(place, numbers)
    if len(lengths) > 1:
        return _outlines(place, numbers)
    table = np.array(numbers, np.float64)
    n_numbers = table.shape[1]
    if n_numbers == _N_BOX + 1:
        return _boxes(place, table)
    if n_numbers == _N_BOX + 2:
        return _tracked(place, table)
    if n_numbers in (8, 9) and keypoint_shape is None and _are_parallelograms(table[:, :8]):
        return _rotated(place, table)
    return _keypoints(place, table, keypoint_shape) or _outlines(place, numbers)


def are_predicted(numbers: Numbers) -> bool:
    """Return whether lines that could be polygons are certainly what a model has predicted.

    Those are boxes with a confidence and the number of a track, and boxes with keypoints and a confidence: lines of one
    length, whose last number is whole, or whose points lie in their boxes.

    Args:
        numbers: Of each line, what comes after the class.

    Examples:
        >>> are_predicted([[0.5, 0.5, 0.2, 0.2, 0.75, 3]])
        True
        >>> are_predicted([[0.1, 0.1, 0.2, 0.1, 0.2, 0.3]])
        False
    """
    if len({len(line) for line in numbers}) != 1:
        return False
    table = np.array(numbers, np.float64)
    last = table[:, -1]
    if table.shape[1] == _N_BOX + 2:
        is_whole = bool((last == np.round(last)).all())
        return is_whole and (bool(last.max() > 1) or len(last) >= _ONE_OF_MANY_IS_WHOLE)
    n_rest = table.shape[1] - _N_BOX - 1
    if n_rest < _SHORTEST_KEYPOINTS or n_rest % 3 or len(table) < _LINES_OF_ONE_LENGTH:
        return False
    points = table[:, _N_BOX:-1].reshape(len(table), -1, 3)
    is_confident = bool(((last >= 0) & (last <= 1)).all())
    return is_confident and _are_inside(points, table[:, :_N_BOX])


def _check_lengths(place: Place, numbers: Numbers) -> None:
    """Refuse lines that are boxes without a confidence, or less."""
    for number, line in enumerate(numbers):
        if len(line) == _N_BOX:
            raise FileFormatError(f"{place(number)} {_NO_CONFIDENCE}")
        if len(line) < _N_BOX:
            raise FileFormatError(
                f"{place(number)}: expected class, x, y, width, height, confidence, found {len(line) + 1} numbers"
            )


def _boxes(place: Place, table: NDArray[np.float64]) -> TextObjects:
    last = table[:, -1]
    is_whole = (last == np.round(last)).all()
    if is_whole and (last.max() > 1 or len(last) >= _ONE_OF_MANY_IS_WHOLE):
        raise FileFormatError(f"{place(0)} {_NO_CONFIDENCE} (the last number of each line is whole)")
    # Of boxes in pixels only the area speaks for a layout: the sizes of the images are not here.
    limits = np.full(2, np.nan) if are_in_pixels(table[:, :4]) else np.ones(2)
    # Darknet and Cartucho's mAP write the confidence behind the class: rolled back, it is the last number.
    behind_class = np.roll(table, -1, axis=1)
    usual = max(share_that_fits(table[:, :4], layout, limits) for layout in Layout)
    second = behind_class[:, 4]
    are_confidences = bool(((second >= 0) & (second <= 1)).all())
    fits_second = are_confidences and share_that_fits(behind_class[:, :4], Layout.CENTER, limits) == 1
    # Only where no layout fits with the confidence at the end.
    if fits_second and usual < 1:
        return TextObjects(behind_class[:, :4], Layout.CENTER, behind_class[:, 4], findings=[_SECOND])
    # A last number that is whole may be a class or a track; two corners may pass for a center and a size.
    is_ambiguous = fits_second or is_whole or share_that_fits(table[:, :4], Layout.CORNERS, limits) == 1
    return TextObjects(table[:, :4], Layout.CENTER, last, findings=[_USUAL_ORDER] if is_ambiguous else [])


def _tracked(place: Place, table: NDArray[np.float64]) -> TextObjects:
    track = table[:, -1]
    if not (track == np.round(track)).all():
        raise FileFormatError(
            f"{place(0)}: expected class, x, y, width, height, confidence, found {table.shape[1] + 1} numbers"
        )
    objects = _boxes(place, table[:, :-1])
    return TextObjects(objects.coordinates, objects.layout, objects.scores, None, [*objects.findings, _TRACKS])


def _rotated(place: Place, table: NDArray[np.float64]) -> TextObjects:
    if table.shape[1] == 8:
        raise FileFormatError(f"{place(0)} {_NO_CONFIDENCE}")
    return TextObjects(_around(table[:, :8]), Layout.CORNERS, table[:, 8], findings=[_ROTATED])


def _are_parallelograms(points: NDArray[np.float64]) -> bool:
    first, second, third, fourth = points.reshape(-1, 4, 2).swapaxes(0, 1)
    # Divided by the sides of an oblong image a rotated box has no right angles any more, but its diagonals still meet
    # in the middle.
    gap = np.abs(first + third - second - fourth).max(axis=1)
    extent = np.ptp([first, second, third, fourth], axis=0).max(axis=1)
    # save_txt writes six digits, of corners that are rounded to pixels before.
    is_closed = gap <= 0.02 * extent + 1e-4
    return bool(is_closed.mean() >= _INSIDE_SHARE)


def _outlines(place: Place, numbers: Numbers) -> TextObjects:
    lengths = np.array([len(line) for line in numbers])
    if (lengths % 2 == 0).all():
        raise FileFormatError(f"{place(0)} {_NO_CONFIDENCE}")
    is_outline = (lengths % 2 == 1) & (lengths >= _SHORTEST_OUTLINE)
    if not is_outline.all():
        line = int(np.argmin(is_outline))
        raise FileFormatError(
            f"{place(line)}: expected a box (class, x, y, width, height, confidence), or an outline (class, three or "
            f"more points, confidence) in every line, found {lengths[line] + 1} numbers"
        )
    boxes = np.concatenate([_around(np.array([line[:-1]])) for line in numbers])
    scores = np.array([line[-1] for line in numbers])
    return TextObjects(boxes, Layout.CORNERS, scores, findings=[_POLYGONS])


def _around(points: NDArray[np.float64]) -> NDArray[np.float64]:
    corners = points.reshape(len(points), -1, 2)
    return np.hstack([corners.min(axis=1), corners.max(axis=1)])


def _keypoints(place: Place, table: NDArray[np.float64], shape: tuple[int, int] | None) -> TextObjects | None:
    """Return boxes with keypoints, or None if the numbers are none; with a confidence of the object or without."""
    n_rest = table.shape[1] - _N_BOX
    # Without data.yaml: Ultralytics writes x, y and confidence unless kpt_shape is [K, 2].
    widths = [shape[1]] if shape else [3, 2]
    for width in widths:
        for has_score in (True, False):
            n_values = n_rest - has_score
            is_of_shape = shape is None or n_values == shape[0] * shape[1]
            if n_values > 0 and n_values % width == 0 and is_of_shape:
                points = table[:, _N_BOX : _N_BOX + n_values].reshape(len(table), -1, width)
                if shape or _are_inside(points, table[:, :_N_BOX]) or _are_no_outlines(points):
                    return _with_keypoints(place, table, points, has_score=has_score)
    return None


def _are_no_outlines(points: NDArray[np.float64]) -> bool:
    """Return whether so many lines have the same number of points with a confidence: outlines differ in theirs."""
    n_lines, n_points, width = points.shape
    third = points[..., -1]
    is_confidence = width == 3 and bool(((third >= 0) & (third <= 1)).all())
    return is_confidence and n_points > 1 and n_lines >= _LINES_OF_ONE_LENGTH


def _are_inside(points: NDArray[np.float64], boxes: NDArray[np.float64]) -> bool:
    # The third number is a confidence, or a flag of 0, 1 or 2.
    thirds = points[..., 2:]
    if ((thirds < 0) | (thirds > 2)).any():
        return False
    places = points[..., :2]
    centers = boxes[:, None, :2]
    extents = boxes[:, None, 2:]
    # Half of the box on either side of its center, and a tenth more.
    is_inside: NDArray[np.bool_] = np.all(np.abs(places - centers) <= 0.6 * extents, axis=2)
    # A keypoint that is not there is written at (0, 0).
    is_there: NDArray[np.bool_] = np.all(places > 0, axis=2)
    return bool(is_there.any() and is_inside[is_there].mean() >= _INSIDE_SHARE)


def _with_keypoints(
    place: Place, table: NDArray[np.float64], points: NDArray[np.float64], *, has_score: bool
) -> TextObjects:
    scores = table[:, -1] if has_score else np.full(len(table), -1.0)
    boxes = table[:, :_N_BOX]
    if points.shape[2] == 2:
        if not has_score:
            raise FileFormatError(f"{place(0)} {_NO_CONFIDENCE}")
        return TextObjects(boxes, Layout.CENTER, scores, findings=[_FLAT_KEYPOINTS])
    if np.isin(points[..., 2], (0, 1, 2)).all():
        raise FileFormatError(f"{place(0)} {_NO_CONFIDENCE} (its keypoints have visibility flags)")
    return TextObjects(boxes, Layout.CENTER, scores, points)
