"""The demo of keypoints: where the strokes of digits reach furthest."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.demos.composed_scenes import DIGIT, ENLARGED
from al_core.demos.recording import Weights
from al_core.demos.scene_demo import INK, SceneDemo, digit_strokes, digit_windows
from al_core.demos.sliding_window import BACKGROUND, Places, at
from al_core.steps.round_plan import RoundPlan
from al_core.types import Probabilities, Rows

if TYPE_CHECKING:
    from al_core.formats.labels.collector import LabelCollector
    from al_core.utils import KeypointPrediction

ENDS = ("up", "down", "left", "right")


class KeypointScenes(SceneDemo):
    """The four pixels where the strokes of a digit reach furthest."""

    name = "scenes-keypoints"
    task = "keypoint-detection"
    plan = RoundPlan(target=0.8, price_per_image=0.05, price_per_object=0.1, value_per_point=10)

    @property
    def class_names(self) -> list[str]:
        """Digits are not told apart."""
        return ["digit"]

    def train(self, rows: Rows) -> Weights:
        """Return a network, and for each keypoint a classifier of a digit's window with a class per pixel."""
        from sklearn.linear_model import LogisticRegression

        windows = digit_windows(self.scenes, rows)
        ends = stroke_ends(digit_strokes(self.scenes, rows))
        weights = dict(super().train(rows))
        for end, pixels in zip(ENDS, ends.T, strict=True):
            model = LogisticRegression(max_iter=200).fit(windows, pixels)
            weights[f"{end}/pixels"] = model.classes_.astype(np.uint8)
            weights[f"{end}/coefficients"] = model.coef_.T.astype(np.float32)
            weights[f"{end}/intercepts"] = model.intercept_.astype(np.float32)
        return weights

    def label_scene(self, row: int, collector: "LabelCollector") -> None:
        """Add the box of each digit with its keypoints."""
        ends = stroke_ends(self.scenes.digits_of(row))
        for (_, top, left), pixels in zip(self.scenes.digits[row].tolist(), ends.tolist(), strict=True):
            corners = np.array([left, top, left + DIGIT, top + DIGIT]) * ENLARGED
            points = [
                (number, (left + pixel % DIGIT + 0.5) * ENLARGED, (top + pixel // DIGIT + 0.5) * ENLARGED, 2)
                for number, pixel in enumerate(pixels)
            ]
            collector.add_box("digit", corners.tolist(), keypoints=points)

    def output(
        self, grid: Probabilities, places: Places, windows: NDArray[np.float32], weights: Weights
    ) -> "KeypointPrediction":
        """Return the keypoints of the windows that hold a digit."""
        return _instances(_keypoints(windows, weights), places, 1 - at(grid, places)[:, BACKGROUND])


def stroke_ends(digits: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the pixels (n, 4) where the strokes of digits (n, 8, 8) reach furthest up, down, left and right.

    Examples:
        >>> digit = np.zeros((1, 8, 8), np.float32)
        >>> digit[0, 2:6, 3] = 1
        >>> stroke_ends(digit).tolist()
        [[19, 43, 19, 19]]
    """
    y, x = np.divmod(np.arange(DIGIT**2), DIGIT)
    is_ink = digits.reshape(-1, DIGIT**2) > INK
    ends = []
    for reach in (-y, y, -x, x):
        # -DIGIT is less than any pixel's reach, so that pixels without ink never win.
        ends.append(np.where(is_ink, reach, -DIGIT).argmax(axis=1))
    return np.stack(ends, axis=1)


def _keypoints(windows: NDArray[np.float32], weights: Weights) -> NDArray[np.float32]:
    """Return x, y and confidence of the four keypoints of windows (n, 64), in pixels of the window, (n, 4, 3)."""
    from scipy.special import softmax

    columns = []
    for end in ENDS:
        probabilities = softmax(windows @ weights[f"{end}/coefficients"] + weights[f"{end}/intercepts"], axis=1)
        most_probable = weights[f"{end}/pixels"][probabilities.argmax(axis=1)]
        y, x = np.divmod(most_probable.astype(np.float32), DIGIT)
        columns.append(np.stack([x, y, probabilities.max(axis=1)], axis=1))
    return np.stack(columns, axis=1)


def _instances(points: NDArray[np.float32], places: Places, objectness: NDArray[np.float32]) -> "KeypointPrediction":
    """Return the keypoints (n, 4, 3) of the digits of one scene, in the middle of pixels of its image file."""
    from al_core.utils import KeypointInstancePrediction, KeypointPrediction

    in_file = points.copy()
    # Places are (top, left), keypoints (x, y).
    in_file[..., :2] = (points[..., :2] + places[:, np.newaxis, ::-1] + 0.5) * ENLARGED
    instances = zip(in_file, objectness.tolist(), strict=True)
    return KeypointPrediction(
        [KeypointInstancePrediction(one.reshape(-1).tolist(), category_id=0, score=score) for one, score in instances]
    )
