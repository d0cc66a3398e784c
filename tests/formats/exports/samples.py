"""Samples and predictions that the tests of the exports share."""

import io
import zipfile
from pathlib import Path

import numpy as np

from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.object_masks import MaskFile, ObjectMask, ObjectMasks, runs_of
from al_core.formats.predictions.run_lengths import packed_run_lengths
from al_core.formats.predictions.stored_tables import box_table, keypoint_table
from al_core.utils import KeypointInstancePrediction, KeypointPrediction, ObjectDetectionOutput

NAMES = ["day/b.png", "a b.png", "empty.png"]


SIZES = [(200, 100), (40, 80), (10, 10)]


BOXES = Annotations(
    "model",
    ["cat", "it's: a <dog>"],
    boxes=box_table(
        np.arange(3),
        [
            ObjectDetectionOutput.from_scores(np.array([[0.25, 0.5, 0.75, 1]]), [0.5], [1]),
            ObjectDetectionOutput.from_scores(np.array([[0, 0, 0.5, 0.25], [0.5, 0.5, 1, 1]]), [0.75, 0.25], [0, 1]),
            ObjectDetectionOutput([], [], []),
        ],
    ),
)


POINTS = Annotations(
    "model",
    ["cat", "dog"],
    keypoints=keypoint_table(
        np.arange(3),
        [
            KeypointPrediction(
                [
                    KeypointInstancePrediction([50, 20, 0.5, 150, 60, 1.0, 0, 0, 0.0], category_id=7, score=0.25),
                    KeypointInstancePrediction([10, 10, 0.75], category_id=3, score=0.5),
                ]
            ),
            KeypointPrediction([KeypointInstancePrediction([0, 0, 0.0], category_id=3, score=0.5)]),
            KeypointPrediction([]),
        ],
    ),
    category_ids=[3, 7],
)


CLASSES = Annotations("model", ["cat", "dog"], np.array([[0.25, 0.75], [1, 0], [np.nan, np.nan]]))


SEVERAL = Annotations("model", ["cat", "dog"], np.array([[0.5, 0.75], [1, 0], [0, 0.125]]), are_exclusive=False)


def masks_of(*samples: list[ObjectMask]) -> ObjectMasks:
    """Return masks as they are stored, those of each sample."""
    file = MaskFile()
    for position, masks in enumerate(samples):
        file.add(position, masks)
    return ObjectMasks.of_bytes(file.content(np.arange(len(samples))))


def object_mask(pixels: list[list[int]], label: int, score: float) -> ObjectMask:
    runs = runs_of(np.array(pixels, np.bool_))
    return ObjectMask(label, score, len(pixels), len(pixels[0]), packed_run_lengths(runs))


# Of the map of a model that halves the size of images, whose right half is the dog and lower left quarter the cat.
MASKS = Annotations(
    "model",
    ["background", "cat", "it's: a <dog>"],
    objects=masks_of(
        [object_mask([[0, 0], [1, 0]], 1, 0.75), object_mask([[0, 1], [0, 1]], 2, 0.5)],
        [object_mask([[1, 1], [0, 0]], 2, 0.25)],
        [],
    ),
)


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder
