"""What Ultralytics writes for a classified image: one line each for the five most probable classes."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.join.finding import note
from al_core.formats.predictions.predictions import CLASSIFICATION, Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.top_k import top_k_scores

CLASS_LINE = re.compile(
    r"(?=(?P<probability>0?\.\d+|[01](?:\.\d*)?(?:e-?\d+)?)\s+(?P<name>\S.*))"
    # A class may be called 7 where the number before it can only be a probability: a line of a box has five numbers.
    r"(?:\d*\.\d+\s+\d+|\S+\s+(?!-?\d*\.?\d+(?:e-?\d+)?(?:\s|$))\S.*)"
)
"""A probability and a name."""

_ROUNDING = 0.005
"""How far a probability of two decimals may be from the one it was made of."""

_SUM_TOLERANCE = 0.03
"""Five such probabilities may sum to 0.025 more or less than 1."""

_ROUNDED = note(
    "probabilities-rounded", "Probabilities are rounded", "each image's are divided by their sum, to sum to 1"
)


def classes_of_lines(
    source: str, filenames: Sequence[str], lines: Sequence[Sequence[str]], class_names: Sequence[str] | None
) -> Predictions | ScoreTable:
    """Return what lines such as `0.36 triangle` say: probabilities of all classes, or scores of the highest.

    Args:
        source: The name of the folder, for messages.
        filenames: (M,) the images.
        lines: (M,) the lines of each.
        class_names: All classes in order, if a file names them.

    Raises:
        FileFormatError: If a line is of another kind, or names an unknown class.
    """
    images = [_probabilities(f"{source}/{name}", of_image) for name, of_image in zip(filenames, lines, strict=True)]
    return top_classes(source, filenames, images, class_names)


def top_classes(
    source: str, filenames: Sequence[str], images: Sequence[Mapping[str, float]], class_names: Sequence[str] | None
) -> Predictions | ScoreTable:
    """Return class probabilities by name, or the scores that the highest allow if some images have not all classes.

    Raises:
        FileFormatError: If the probabilities of an image are not such, or sum to more than 1.
    """
    occurring = sorted({name for image in images for name in image})
    names = list(class_names) if class_names and set(occurring) <= set(class_names) else occurring
    position = {name: number for number, name in enumerate(names)}
    outputs = np.zeros((len(images), len(names)), np.float32)
    is_listed = np.zeros(outputs.shape, dtype=bool)
    for row, image in enumerate(images):
        columns = [position[name] for name in image]
        outputs[row, columns] = list(image.values())
        is_listed[row, columns] = True
    # An image without any line has no prediction.
    outputs[~is_listed.any(axis=1)] = np.nan
    rest = 1 - outputs.sum(axis=1, keepdims=True)
    n_others = (~is_listed).sum(axis=1, keepdims=True)
    if (rest < -_SUM_TOLERANCE).any():
        row = int(np.nanargmin(rest))
        raise FileFormatError(
            f"{source}/{filenames[row]}: the probabilities sum to {1 - rest[row, 0]:.2f}; expected at most 1"
        )
    # The same few of many classes in every image, as in a file of one image, are not all classes there are.
    is_cut = rest > _ROUNDING * len(names) + 1e-6
    if is_cut.any() or (n_others[np.isfinite(rest)] > 0).any():
        return top_k_scores(source, list(filenames), _highest(images))
    outputs /= outputs.sum(axis=1, keepdims=True)
    return Predictions(list(filenames), names, outputs, CLASSIFICATION, [_ROUNDED])


def _highest(images: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    """Return (M, K) probabilities, whichever classes they belong to; NaN where an image has fewer."""
    matrix = np.full((len(images), max(map(len, images))), np.nan)
    for row, image in enumerate(images):
        matrix[row, : len(image)] = sorted(image.values(), reverse=True)
    return matrix


def _probabilities(where: str, lines: Sequence[str]) -> Mapping[str, float]:
    probabilities = {}
    for number, line in enumerate(lines, start=1):
        match = CLASS_LINE.fullmatch(line.strip())
        if not match:
            raise FileFormatError(f"{where}, line {number}: expected a probability and a class, found {line[:80]!a}")
        probabilities[match["name"]] = float(match["probability"])
    return probabilities
