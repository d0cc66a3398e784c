"""The demo of segmentation: the strokes of digits."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.demos.composed_scenes import DIGIT, ENLARGED, SIDE
from al_core.demos.recording import Weights
from al_core.demos.scene_demo import DIGIT_NAMES, INK, SceneDemo, digit_strokes, digit_windows
from al_core.demos.sliding_window import BACKGROUND, Places
from al_core.steps.round_plan import RoundPlan
from al_core.types import Probabilities, Rows

if TYPE_CHECKING:
    from al_core.formats.labels.collector import LabelCollector

RIDGE = 1.0
"""Weight of the penalty that keeps the regression of ink small."""


class SegmentationScenes(SceneDemo):
    """The strokes of digits."""

    name = "scenes-segmentation"
    task = "semantic-segmentation"
    plan = RoundPlan(target=0.8, price_per_image=0.05, price_per_object=0.12, value_per_point=10)

    @property
    def predicted_classes(self) -> list[str]:
        """The digits and what is none."""
        return [*DIGIT_NAMES, "background"]

    def train(self, rows: Rows) -> Weights:
        """Return a network, and a linear regression of the ink of a digit's window by its pixels."""
        ink = digit_strokes(self.scenes, rows).reshape(-1, DIGIT**2)
        examples = _with_constant(digit_windows(self.scenes, rows))
        penalty = RIDGE * np.eye(examples.shape[1], dtype=np.float32)
        regression = np.linalg.solve(examples.T @ examples + penalty, examples.T @ ink)
        return {**super().train(rows), "ink": regression.astype(np.float32)}

    def label_scene(self, row: int, collector: "LabelCollector") -> None:
        """Add the stroke of each digit."""
        strokes = self.scenes.digits_of(row) > INK
        enlarged = strokes.repeat(ENLARGED, axis=1).repeat(ENLARGED, axis=2)
        for (label, top, left), mask in zip(self.scenes.digits[row].tolist(), enlarged, strict=True):
            collector.add_mask(str(label), mask, left=left * ENLARGED, top=top * ENLARGED, has_box=False)

    def output(
        self, grid: Probabilities, places: Places, windows: NDArray[np.float32], weights: Weights
    ) -> Probabilities:
        """Return a class probability for each pixel, (32, 32, 11)."""
        ink = _with_constant(windows) @ weights["ink"]
        return _probability_map(grid, places, ink.clip(0, 1).reshape(-1, DIGIT, DIGIT))


def _with_constant(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return windows (n, 64) with a column of ones, for the intercept of a regression."""
    return np.column_stack([windows, np.ones(len(windows), np.float32)])


def _probability_map(grid: Probabilities, places: Places, ink: NDArray[np.float32]) -> Probabilities:
    """Return a class probability for each pixel, (32, 32, 11): ink is of a digit, the rest is background."""
    probability_map = np.zeros((SIDE, SIDE, BACKGROUND + 1), np.float32)
    probability_map[..., BACKGROUND] = 1
    # The best window is written last, over those that overlap it.
    for (top, left), strokes in zip(places[::-1].tolist(), ink[::-1], strict=True):
        pixels = probability_map[top : top + DIGIT, left : left + DIGIT]
        pixels[:] = strokes[:, :, np.newaxis] * grid[top, left]
        pixels[..., BACKGROUND] += 1 - strokes
    return probability_map
