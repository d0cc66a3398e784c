"""Labels of three images of 100 x 50 pixels; on the last one is nothing."""

from dataclasses import replace

import numpy as np

from al_core.formats.labels.labels import LABEL_BOX, LABEL_CLASS, LABEL_KEYPOINT, LABEL_MASK, MASK_RUN, Labels
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, SEGMENTATION
from al_core.formats.training.sheet import TrainingSheet

FILENAMES = ["day/a.png", "b.png", "c.png"]
SIZES = np.tile([100.0, 50.0], (3, 1))

_NOTHING = Labels(
    FILENAMES, ["cat", "dog"], CLASSIFICATION, [""] * 3, np.full(3, np.nan), np.full((3, 2), np.nan, np.float32)
)
_BOXES = np.array(
    [(0, 0, 1, 0.1, 0.2, 0.5, 0.6), (0, 1, 0, 0.0, 0.0, 0.25, 0.5), (1, 0, 0, 0.5, 0.5, 1.0, 1.0)], LABEL_BOX
)


def sheet(labels: Labels, task: str) -> TrainingSheet:
    return TrainingSheet(replace(labels, task=task), task, SIZES)


def classes() -> TrainingSheet:
    table = np.array([(0, 1), (1, 0)], LABEL_CLASS)
    return sheet(replace(_NOTHING, classes=table), CLASSIFICATION)


def boxes() -> TrainingSheet:
    return sheet(replace(_NOTHING, boxes=_BOXES), DETECTION)


def keypoints() -> TrainingSheet:
    """A dog with both of its points, a cat with the second one alone, hidden, and a cat without a box."""
    points = np.array(
        [
            (0, 0, 1, 0, 0.2, 0.3, 2),
            (0, 0, 1, 1, 0.4, 0.5, 2),
            (0, 1, 0, 1, 0.2, 0.4, 1),
            (1, 1, 0, 0, 0.1, 0.2, 2),
            (1, 1, 0, 1, 0.3, 0.4, 2),
        ],
        LABEL_KEYPOINT,
    )
    return sheet(replace(_NOTHING, boxes=_BOXES, keypoints=points), KEYPOINTS)


def masks() -> TrainingSheet:
    """A dog on the left half of the first image, a cat on the lower half of the second, painted at half its size."""
    masks = np.array([(0, 50, 100, 0, 100), (1, 25, 50, 100, 102)], LABEL_MASK)
    runs = np.array([(1, 50), (-1, 50)] * 50 + [(-1, 600), (0, 650)], MASK_RUN)
    return sheet(replace(_NOTHING, masks=masks, runs=runs), SEGMENTATION)
