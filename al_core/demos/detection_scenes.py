"""The demo of detection: boxes around digits."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.demos.composed_scenes import DIGIT, ENLARGED, SIDE
from al_core.demos.recording import Weights
from al_core.demos.scene_demo import SceneDemo
from al_core.demos.sliding_window import BACKGROUND, Places, at
from al_core.steps.round_plan import RoundPlan
from al_core.types import Probabilities

if TYPE_CHECKING:
    from al_core.formats.labels.collector import LabelCollector
    from al_core.utils import ObjectDetectionOutput


class DetectionScenes(SceneDemo):
    """Boxes around digits."""

    name = "scenes-detection"
    task = "object-detection"
    plan = RoundPlan(target=0.8, price_per_image=0.05, price_per_object=0.04, value_per_point=10)

    def label_scene(self, row: int, collector: "LabelCollector") -> None:
        """Add a box for each digit."""
        for label, top, left in self.scenes.digits[row].tolist():
            corners = np.array([left, top, left + DIGIT, top + DIGIT]) * ENLARGED
            collector.add_box(str(label), corners.tolist())

    def output(
        self, grid: Probabilities, places: Places, windows: NDArray[np.float32], weights: Weights
    ) -> "ObjectDetectionOutput":
        """Return the windows that hold a digit."""
        return _detections(grid, places)


def _detections(grid: Probabilities, places: Places) -> "ObjectDetectionOutput":
    from al_core.utils import ObjectDetectionOutput

    probabilities = at(grid, places)
    objectness = 1 - probabilities[:, BACKGROUND]
    upper_left = places[:, ::-1]
    corners = np.column_stack([upper_left, upper_left + DIGIT]).astype(np.float32) / SIDE
    # Given that there is a digit, the probabilities of the ten sum to 1.
    return ObjectDetectionOutput(corners, objectness, probabilities[:, :BACKGROUND] / objectness[:, np.newaxis])
