"""What Ultralytics writes for a classified image: one line each for the five most probable classes."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.join.finding import Finding, note
from al_core.formats.predictions.predictions import CLASSIFICATION, Predictions

CLASS_LINE = re.compile(r"(0?\.\d+|[01](?:\.\d*)?(?:e-?\d+)?)\s+(?!-?\d*\.?\d+(?:e-?\d+)?(?:\s|$))(\S.*)")
"""A probability and a name, which is no number."""

_SUM_TOLERANCE = 0.03
"""Five probabilities of two decimals may sum to 0.025 more or less than 1."""

_ROUNDED = note(
    "probabilities-rounded", "Probabilities are rounded", "each image's are divided by their sum, to sum to 1"
)
_TOP = note(
    "top-classes",
    "Images have only their most probable classes",
    "the rest of the probability is shared equally by the other classes that occur; margin and least confidence are "
    "as exact as the file, entropy is an estimate",
)


def classes_of_lines(
    source: str, filenames: Sequence[str], lines: Sequence[Sequence[str]], class_names: Sequence[str] | None
) -> Predictions:
    """Return class probabilities of lines such as `0.36 triangle`.

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
) -> Predictions:
    """Return class probabilities of the most probable classes of each image, by name; the others share the rest.

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
    outputs[~is_listed.any(axis=1)] = np.nan
    rest = 1 - outputs.sum(axis=1, keepdims=True)
    n_others = (~is_listed).sum(axis=1, keepdims=True)
    findings: list[Finding] = [_ROUNDED]
    if (n_others[np.isfinite(rest[:, 0])] > 0).any():
        findings = [_TOP]
        outputs += np.where(is_listed, 0, rest.clip(0) / n_others.clip(1))
    if (rest < -_SUM_TOLERANCE).any():
        row = int(np.nanargmin(rest))
        raise FileFormatError(
            f"{source}/{filenames[row]}: the probabilities sum to {1 - rest[row, 0]:.2f}; expected at most 1"
        )
    outputs /= outputs.sum(axis=1, keepdims=True)
    return Predictions(list(filenames), names, outputs, CLASSIFICATION, findings)


def _probabilities(where: str, lines: Sequence[str]) -> Mapping[str, float]:
    probabilities = {}
    for number, line in enumerate(lines, start=1):
        match = CLASS_LINE.fullmatch(line.strip())
        if not match:
            raise FileFormatError(f"{where}, line {number}: expected a probability and a class, found {line[:80]!a}")
        probabilities[match[2]] = float(match[1])
    return probabilities
