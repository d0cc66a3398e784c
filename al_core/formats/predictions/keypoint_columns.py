"""Keypoints beside the box of each object of a table: three columns for each point, or one column with all of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.keypoints import HIGHEST_CONFIDENCE, LOWEST_CONFIDENCE
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.tools.objects import NO_BOX, ObjectColumns
from al_core.formats.predictions.tools.values import Label
from al_core.formats.tables.list_cells import numbers_in

_PART = re.compile(r"(.*[^ _.\-])[ _.\-]+(x|y|c|conf|confidence|score|likelihood|prob|p)", re.IGNORECASE)
_LISTS = ("keypoints", "kpts", "keypointsxyc")
_VALUES = 3
"""Of each keypoint: x, y and confidence."""


@dataclass(frozen=True)
class KeypointColumns:
    """The columns of keypoints.

    Attributes:
        names: (K,) what each keypoint is called; none if one column has all of them.
        numbers: (3 K) the columns of x, y and confidence in turn.
        in_one: The column with the list of them, empty if there is none.
    """

    names: Sequence[str] = ()
    numbers: Sequence[str] = ()
    in_one: str = ""

    def __bool__(self) -> bool:
        return bool(self.columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return (self.in_one,) if self.in_one else tuple(self.numbers)


def keypoint_columns(columns: Sequence[str]) -> KeypointColumns:
    """Return the columns of keypoints that have confidences; without these there is nothing to score.

    Examples:
        >>> keypoint_columns(["image", "score", "nose_x", "nose_y", "nose_conf"]).numbers
        ('nose_x', 'nose_y', 'nose_conf')
        >>> keypoint_columns(["center_x", "center_y", "score"]).names, keypoint_columns(["keypoints"]).in_one
        ((), 'keypoints')
    """
    parts: dict[str, dict[str, str]] = {}
    for column in columns:
        match = _PART.fullmatch(column.strip())
        if match:
            axis = match[2].lower()
            role = axis if axis in ("x", "y") else "confidence"
            # Of two columns for the same thing the first counts.
            parts.setdefault(match[1], {}).setdefault(role, column)
    whole = {name: sides for name, sides in parts.items() if len(sides) == _VALUES}
    if whole:
        numbers = tuple(sides[side] for sides in whole.values() for side in ("x", "y", "confidence"))
        return KeypointColumns(tuple(whole), numbers)
    lists = [column for column in columns if re.sub(r"[\W_]+", "", column.lower()) in _LISTS]
    return KeypointColumns(in_one=lists[0]) if lists else KeypointColumns()


def keypoint_rows(
    columns: KeypointColumns, texts: Mapping[str, Sequence[str]], numbers: Mapping[str, NDArray[np.float32]]
) -> list[list[float]]:
    """Return x, y and confidence in turn of each row; none if a list has no confidences from 0 to 1.

    Args:
        columns: Those of keypoints.
        texts: The cells of columns of texts, by name.
        numbers: The cells of columns of numbers.
    """
    if columns.in_one:
        rows = [numbers_in(cell) for cell in texts[columns.in_one]]
        return rows if any(rows) and all(map(_have_confidences, rows)) else []
    if not columns.numbers:
        return []
    table = np.stack([numbers[column] for column in columns.numbers], axis=1)
    points = table.reshape(-1, len(columns.names), _VALUES)
    # A point without a place is not there.
    is_there = np.isfinite(points).all(axis=2, keepdims=True)
    flat_points = np.where(is_there, points, 0).reshape(len(points), -1)
    matrix: list[list[float]] = flat_points.astype(np.float64).tolist()
    return matrix


def _have_confidences(values: Sequence[float]) -> bool:
    confidences = values[2::_VALUES]
    return len(values) % _VALUES == 0 and all(LOWEST_CONFIDENCE <= value <= HIGHEST_CONFIDENCE for value in confidences)


@dataclass(frozen=True)
class ObjectRows:
    """The rows of a table of N objects in M images.

    Attributes:
        filenames: (M,) the images.
        image: (N,) the image of each object.
        scores: (N,) its confidence.
        labels: (N,) its class.
        keypoints: (N,) x, y and confidence in turn.
    """

    filenames: Sequence[str]
    image: NDArray[np.int64]
    scores: NDArray[np.float32]
    labels: Sequence[Label]
    keypoints: Sequence[Sequence[float]]


def keypoint_predictions(
    source: str, rows: ObjectRows, class_numbers: Mapping[str, int], names: Sequence[str]
) -> Predictions:
    """Return the keypoints of all objects.

    Args:
        source: The name of the file.
        rows: The objects.
        class_numbers: The number of each class that has one beside its name.
        names: (K,) what the keypoints are called, if the file says so.

    Raises:
        FileFormatError: If a confidence lies outside 0 to 1.
    """
    objects = ObjectColumns()
    of_image: list[list[int]] = [[] for _ in rows.filenames]
    for row, image in enumerate(rows.image.tolist()):
        of_image[image].append(row)
    for image, filename in enumerate(rows.filenames):
        objects.begin_image(filename)
        for row in of_image[image]:
            label = rows.labels[row]
            number = class_numbers.get(label) if isinstance(label, str) else None
            score = float(rows.scores[row])
            objects.add(NO_BOX, score, label, class_number=number, keypoints=rows.keypoints[row])
    predictions = objects.predictions(source, source)
    assert isinstance(predictions, Predictions)  # only classes of whole images make scores
    return replace(predictions, keypoint_names=[list(names)] * len(predictions.class_names) if names else [])
