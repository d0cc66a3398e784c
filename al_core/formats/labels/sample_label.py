from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.formats.labels.labels import Labels


@dataclass(frozen=True)
class LabeledBox:
    """A box that a person has drawn, with coordinates relative to the image."""

    class_name: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class SampleLabel:
    """What counts of all labels of one sample.

    Attributes:
        filename: The sample.
        classes: The classes of the image.
        boxes: The objects on it.
        n_annotators: How many people have labeled it, as far as the files say.
        disagrees: Whether they contradict each other.
    """

    filename: str
    classes: tuple[str, ...] = ()
    boxes: tuple[LabeledBox, ...] = ()
    n_annotators: int = 1
    disagrees: bool = False


def sample_labels(
    labels: Labels, n_annotators: NDArray[np.int64], disagrees: NDArray[np.bool_]
) -> Sequence[SampleLabel]:
    """Return one record per annotation of `labels`, of which each sample has one."""
    names = labels.class_names
    answers = []
    for position, filename in enumerate(labels.filenames):
        annotation = labels.annotation(position)
        sides = annotation.boxes[["x0", "y0", "x1", "y1"]].tolist()
        boxes = (
            LabeledBox(names[label], *corners) for label, corners in zip(annotation.boxes["label"], sides, strict=True)
        )
        classes = tuple(names[label] for label in annotation.classes)
        counts = int(n_annotators[position]), bool(disagrees[position])
        answers.append(SampleLabel(filename, classes, tuple(boxes), *counts))
    return answers
