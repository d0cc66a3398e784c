"""Demos for detection, segmentation and keypoints on composed scenes, each with three finished rounds.

A scene is a photograph with handwritten digits on it. A small network, trained on the windows of a few labeled scenes,
slides over all of them: its predictions are real, not simulated.
"""

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core import workflow
from al_core.demos import composed_scenes, sliding_window
from al_core.demos.composed_scenes import DIGIT, ENLARGED, FILE_SIDE, N_SCENES, SIDE, Scenes
from al_core.demos.demo import Demo
from al_core.demos.recording import Weights, read_embedding
from al_core.demos.sliding_window import BACKGROUND, Places, at, find_digits
from al_core.embedding import BUILT_IN
from al_core.steps.round_plan import RoundPlan
from al_core.types import Probabilities, Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import Labels, Predictions
    from al_core.formats.labels.collector import LabelCollector
    from al_core.store import Dataset, Workspace
    from al_core.utils import KeypointPrediction, ObjectDetectionOutput

INK = 0.5
"""Pixels that ink covers more than this belong to the stroke of a digit."""
RIDGE = 1.0
"""Weight of the penalty that keeps the regression of ink small."""

EMBEDDED = "scenes"
"""The recorded embedding, which all tasks share."""

FILENAMES = [f"scene_{row:03d}.jpg" for row in range(N_SCENES)]
DIGIT_NAMES = [str(digit) for digit in range(10)]
ENDS = ("up", "down", "left", "right")


def build(workspace: "Workspace", task: str, progress: Progress | None = None) -> "Dataset":
    """Return the demo dataset of a task, built if the workspace does not have it; `progress` counts its steps."""
    return DEMOS[task]().build(workspace, progress=progress)


class SceneDemo(Demo):
    """A task on the composed scenes.

    Attributes:
        task: A key of `al_core.scorers.SCORERS`.
    """

    task: str
    n_initial = 40
    n_per_round = 25
    # Of each 25, 10 test: 30 after three rounds, as many as an interval needs.
    test_share = 0.4
    model_name = "sliding-window"

    @cached_property
    def scenes(self) -> Scenes:
        """The scenes, the same for each task."""
        return composed_scenes.draw()

    def create(self, workspace: "Workspace") -> "Dataset":
        """Return a new dataset whose embedding is the recorded one of the bundled model."""
        folder = workspace.home / "demo" / "composed-scenes"
        composed_scenes.write_images(folder, FILENAMES, self.scenes.pictures)
        return workflow.create_dataset(
            workspace, self.name, FILENAMES, read_embedding(EMBEDDED), embedding_name=BUILT_IN, images_dir=folder
        )

    def labels(self, rows: Rows) -> "Labels":
        """Return the digits on scenes."""
        from al_core.formats.choices import ReadingChoices
        from al_core.formats.labels.collector import LabelCollector

        collector = LabelCollector(self.name, ReadingChoices())
        collector.list_classes(self.class_names)
        for row in rows.tolist():
            collector.annotate(FILENAMES[row], size=(FILE_SIDE, FILE_SIDE))
            self.label_scene(row, collector)
        return collector.finished(self.task)

    def train(self, rows: Rows) -> Weights:
        """Return a model trained on the labels of these scenes alone."""
        return sliding_window.train(self.scenes, rows)

    def predict(self, weights: Weights) -> "Predictions":
        """Return what a trained model predicts for all scenes."""
        from al_core.formats import Predictions

        windows = self.scenes.windows()
        outputs = []
        for row, grid in enumerate(sliding_window.window_probabilities(self.scenes, weights)):
            places = find_digits(grid)
            outputs.append(self.output(grid, places, at(windows[row], places).reshape(-1, DIGIT**2), weights))
        return Predictions(FILENAMES, self.predicted_classes, outputs, self.task)

    @property
    def class_names(self) -> list[str]:
        """The classes that are labeled."""
        return DIGIT_NAMES

    @property
    def predicted_classes(self) -> list[str]:
        """The classes that are predicted."""
        return self.class_names

    @abstractmethod
    def label_scene(self, row: int, collector: "LabelCollector") -> None:
        """Add the objects of a scene to its annotation, which has begun."""

    @abstractmethod
    def output(self, grid: Probabilities, places: Places, windows: NDArray[np.float32], weights: Weights) -> Any:
        """Return what the scorer of the task takes for one scene.

        Args:
            grid: (25, 25, 11) the probabilities at all places.
            places: (n, 2) where the digits are.
            windows: (n, 64) what the model sees there.
            weights: The trained model.
        """


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
        windows = _digit_windows(self.scenes, rows).reshape(-1, DIGIT**2)
        ink = np.concatenate([self.scenes.digits_of(row) for row in rows.tolist()]).reshape(-1, DIGIT**2)
        examples = _with_constant(windows)
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

        windows = _digit_windows(self.scenes, rows).reshape(-1, DIGIT**2)
        ink = np.concatenate([self.scenes.digits_of(row) for row in rows.tolist()])
        weights = dict(super().train(rows))
        for end, pixels in zip(ENDS, stroke_ends(ink).T, strict=True):
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


_DEMOS: tuple[type[SceneDemo], ...] = (DetectionScenes, SegmentationScenes, KeypointScenes)

DEMOS = {demo.task: demo for demo in _DEMOS}
"""The demo of each task, by its key in `al_core.scorers.SCORERS`."""
NAMES = {task: demo.name for task, demo in DEMOS.items()}


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


def _digit_windows(scenes: Scenes, rows: Rows) -> NDArray[np.float32]:
    """Return the windows (n, 8, 8) of all digits of some scenes, as the model sees them."""
    windows = scenes.windows()
    return np.concatenate([at(windows[row], scenes.digits[row][:, 1:]) for row in rows.tolist()])


def _with_constant(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return windows (n, 64) with a column of ones, for the intercept of a regression."""
    return np.column_stack([windows, np.ones(len(windows), np.float32)])


def _detections(grid: Probabilities, places: Places) -> "ObjectDetectionOutput":
    from al_core.utils import ObjectDetectionOutput

    probabilities = at(grid, places)
    objectness = 1 - probabilities[:, BACKGROUND]
    upper_left = places[:, ::-1]
    corners = np.column_stack([upper_left, upper_left + DIGIT]).astype(np.float32) / SIDE
    # Given that there is a digit, the probabilities of the ten sum to 1.
    return ObjectDetectionOutput(corners, objectness, probabilities[:, :BACKGROUND] / objectness[:, np.newaxis])


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


def _keypoints(windows: NDArray[np.float32], weights: Weights) -> NDArray[np.float32]:
    """Return x, y and confidence of the four keypoints of windows (n, 64), in pixels of the window, (n, 4, 3)."""
    from scipy.special import softmax

    columns = []
    for end in ENDS:
        probabilities = softmax(windows @ weights[f"{end}/coefficients"] + weights[f"{end}/intercepts"], axis=1)
        y, x = np.divmod(weights[f"{end}/pixels"][probabilities.argmax(axis=1)].astype(np.float32), DIGIT)
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
