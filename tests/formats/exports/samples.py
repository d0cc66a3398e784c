"""Samples and predictions that the tests of the exports share."""

import io
import zipfile
from pathlib import Path

import numpy as np

from al_core.formats.predictions.annotations import Annotations, box_table, keypoint_table
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


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder
