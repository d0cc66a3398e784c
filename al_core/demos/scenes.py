"""Demos for detection, segmentation and keypoints, made of real images from scikit-learn.

A scene is a photo with handwritten digits on it. A small network, trained on the windows of a few labeled scenes,
slides over all of them: its predictions are real, not simulated.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.demos.demo import INITIAL_SELECTION
from al_core.demos.samples import load_digits, load_gray_photos
from al_core.store import TagRole
from al_core.types import Probabilities, Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import Predictions
    from al_core.store import Dataset, Workspace
    from al_core.utils import KeypointPrediction, ObjectDetectionOutput

Windows: TypeAlias = NDArray[np.float32]
"""(N, 25, 25, 8, 8): the window of `DIGIT` pixels a side at each place of each scene."""

Places: TypeAlias = NDArray[np.int64]
"""(n, 2): top and left of windows in one scene."""

N_SCENES = 200
N_LABELED = 40
SIDE = 32
"""Pixels on each side of a scene; digits have `DIGIT`, and the image files `ENLARGED` times as many."""
DIGIT = 8
ENLARGED = 7
MOST_DIGITS = 6
CONTRAST = np.float32(1 / 3)
"""Photos are darkened to this brightness, so that white digits stand out."""

BACKGROUND = 10
"""The class after the ten digits."""
N_BACKGROUND_WINDOWS = 60
"""Windows of each labeled scene that the network sees as background."""
NEAR = 3
"""Windows closer than this to a digit, in pixels, are neither the digit nor background."""
SHIFTS = np.indices((3, 3)).reshape(2, -1).T - 1
"""(9, 2): a digit may stand up to a pixel off its window and is still that digit."""

N_EPOCHS = 60
LEAST_OBJECTNESS = 0.3
INK = 0.7
"""Pixels brighter than this belong to the stroke of a digit."""

NAMES = {
    "object-detection": "scenes-detection",
    "semantic-segmentation": "scenes-segmentation",
    "keypoint-detection": "scenes-keypoints",
}
"""The demo of each task, by its key in `al_core.scorers.SCORERS`."""


@dataclass(frozen=True)
class Scenes:
    """Photos with digits.

    Attributes:
        images: (N, 32, 32), 0 to 1.
        digits: For each scene label, top and left of the digits on it, (n, 3).
    """

    images: NDArray[np.float32]
    digits: list[NDArray[np.int64]]

    def windows(self) -> Windows:
        """Return the window at each place of each scene, without a copy."""
        return np.lib.stride_tricks.sliding_window_view(self.images, (DIGIT, DIGIT), axis=(1, 2))


def build(workspace: "Workspace", task: str, progress: Progress | None = None) -> "Dataset":
    """Return the demo dataset of a task, built if the workspace does not have it; `progress` counts its images."""
    name = NAMES[task]
    datasets = {dataset.name: dataset for dataset in workspace.datasets()}
    if name in datasets:
        return datasets[name]
    scenes = draw()
    folder = workspace.home / "demo" / "scenes"
    _write_images(folder, scenes.images)
    dataset = workflow.dataset_from_images(workspace, folder, name, progress=progress).dataset
    config = SelectionConfig(SamplingMethod.CORESET, N_LABELED, name=INITIAL_SELECTION, seed=0)
    selection = workflow.run_selection(dataset, config)
    dataset.set_tag_role(selection.tag, TagRole.LABELED)
    labeled_rows = selection.added_rows
    predictions = predict(scenes, labeled_rows, task, dataset.filenames())
    report = workflow.check_predictions(dataset, predictions, source=INITIAL_SELECTION)
    workflow.store_predictions(dataset, predictions, report, name=f"sliding-window-{N_LABELED}")
    return dataset


def draw(seed: int = 0) -> Scenes:
    """Return the scenes, each with one to six digits that do not touch."""
    rng = np.random.default_rng(seed)
    photos = load_gray_photos()
    pixels, labels = load_digits()
    images = []
    digits = []
    for _ in range(N_SCENES):
        image = _background(photos, rng)
        placed: list[tuple[int, int, int]] = []
        for row in rng.choice(len(pixels), rng.integers(1, MOST_DIGITS + 1), replace=False).tolist():
            top, left = rng.integers(0, SIDE - DIGIT + 1, 2).tolist()
            # More than a digit apart in one direction, so that a pixel of photo is between any two.
            is_free = all(max(abs(top - y), abs(left - x)) > DIGIT for _, y, x in placed)
            if is_free:
                window = image[top : top + DIGIT, left : left + DIGIT]
                # Ink covers the photo, the rest of the digit's square lets it through.
                window[:] = window * (1 - pixels[row]) + pixels[row]
                placed.append((int(labels[row]), top, left))
        images.append(image)
        digits.append(np.array(placed, np.int64))
    return Scenes(np.stack(images), digits)


def predict(scenes: Scenes, labeled_rows: Rows, task: str, filenames: list[str]) -> "Predictions":
    """Return what a sliding window trained on the labeled scenes alone predicts for all scenes."""
    from al_core.formats import Predictions

    probabilities = _window_probabilities(scenes, labeled_rows)
    digit_names = [str(digit) for digit in range(10)]
    if task == "semantic-segmentation":
        maps = [_probability_map(grid) for grid in probabilities]
        return Predictions(filenames, [*digit_names, "background"], maps, task)
    places = [_find_digits(grid) for grid in probabilities]
    if task == "object-detection":
        outputs = [_detections(grid, corners) for grid, corners in zip(probabilities, places, strict=True)]
        return Predictions(filenames, digit_names, outputs, task)
    return Predictions(filenames, ["digit"], _keypoints(scenes, labeled_rows, places), task)


def _background(photos: list[NDArray[np.float32]], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a part of a photo at a random scale, (32, 32)."""
    photo = photos[rng.integers(len(photos))]
    # Every second to sixth pixel: at six, a scene is 192 of the photo's 427 rows.
    step = int(rng.integers(2, 7))
    extent = SIDE * step
    top, left = rng.integers(0, np.array(photo.shape) - extent + 1).tolist()
    return photo[top : top + extent : step, left : left + extent : step] * CONTRAST


def _write_images(folder: Path, images: NDArray[np.float32]) -> None:
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    size = (SIDE * ENLARGED, SIDE * ENLARGED)
    gray_values = np.rint(images * 255).astype(np.uint8)
    for number, image in enumerate(gray_values):
        enlarged = Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)
        enlarged.save(folder / f"scene_{number:03d}.png")


def _window_probabilities(scenes: Scenes, labeled_rows: Rows) -> list[Probabilities]:
    """Return the probabilities of ten digits and background at each place of each scene, (25, 25, 11)."""
    from sklearn.neural_network import MLPClassifier

    examples, labels = _training_windows(scenes, labeled_rows)
    network = MLPClassifier(64, learning_rate_init=0.01, random_state=0)
    for _ in range(N_EPOCHS):
        network.partial_fit(examples, labels, classes=np.arange(BACKGROUND + 1))
    windows = scenes.windows()
    probabilities = network.predict_proba(windows.reshape(-1, DIGIT**2)).astype(np.float32)
    return list(probabilities.reshape(*windows.shape[:3], BACKGROUND + 1))


def _training_windows(scenes: Scenes, labeled_rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return windows (n, 64) of the labeled scenes and the class of each (n,)."""
    rng = np.random.default_rng(0)
    windows = scenes.windows()
    examples = []
    labels = []
    for row in labeled_rows.tolist():
        digits = scenes.digits[row]
        digit_places = digits[:, 1:]
        shifted = digit_places[:, np.newaxis] + SHIFTS
        examples.append(_at(windows[row], shifted.reshape(-1, 2).clip(0, SIDE - DIGIT)))
        labels.append(np.repeat(digits[:, 0], len(SHIFTS)))
        places = rng.integers(0, windows.shape[1], (N_BACKGROUND_WINDOWS, 2))
        # (places, digits): how far apart in the direction in which they are farther apart.
        distances = np.abs(places[:, np.newaxis] - digit_places).max(axis=2)
        background = places[distances.min(axis=1) >= NEAR]
        examples.append(_at(windows[row], background))
        labels.append(np.full(len(background), BACKGROUND))
    return np.concatenate(examples).reshape(-1, DIGIT**2), np.concatenate(labels)


def _at(grid: NDArray[np.float32], places: Places) -> NDArray[np.float32]:
    """Return what a grid (25, 25, …) has at these places, (n, …)."""
    return grid[places[:, 0], places[:, 1]]


def _probability_map(grid: Probabilities) -> Probabilities:
    """Return a class probability for each pixel, (32, 32, 11): each window speaks for the pixel in its middle."""
    # The outermost windows also speak for the rim beyond their middle.
    rim = (DIGIT // 2, DIGIT - 1 - DIGIT // 2)
    return np.pad(grid, (rim, rim, (0, 0)), mode="edge")


def _find_digits(grid: Probabilities) -> Places:
    """Return the windows that hold a digit, best first, none within half a window of a better one."""
    objectness = 1 - grid[..., BACKGROUND]
    candidates = np.argwhere(objectness >= LEAST_OBJECTNESS)
    best_first = np.argsort(-_at(objectness, candidates), kind="stable")
    digits: list[NDArray[np.int64]] = []
    for place in candidates[best_first]:
        if all(np.abs(place - better).max() > DIGIT // 2 for better in digits):
            digits.append(place)
    return np.array(digits, np.int64).reshape(-1, 2)


def _detections(grid: Probabilities, places: Places) -> "ObjectDetectionOutput":
    from al_core.utils import ObjectDetectionOutput

    probabilities = _at(grid, places)
    objectness = 1 - probabilities[:, BACKGROUND]
    upper_left = places[:, ::-1]
    corners = np.column_stack([upper_left, upper_left + DIGIT]).astype(np.float32) / SIDE
    # Given that there is a digit, the probabilities of the ten sum to 1.
    return ObjectDetectionOutput(corners, objectness, probabilities[:, :BACKGROUND] / objectness[:, np.newaxis])


def _keypoints(scenes: Scenes, labeled_rows: Rows, places: list[Places]) -> "list[KeypointPrediction]":
    """Return where the strokes of each detected digit reach furthest: a classifier per keypoint, a class per pixel."""
    from sklearn.linear_model import LogisticRegression

    from al_core.utils import KeypointInstancePrediction, KeypointPrediction

    windows = scenes.windows()
    labeled_digits = np.concatenate([_at(windows[row], scenes.digits[row][:, 1:]) for row in labeled_rows.tolist()])
    detected = np.concatenate([_at(windows[row], corners) for row, corners in enumerate(places)])
    columns = []
    for pixels in stroke_ends(labeled_digits).T:
        model = LogisticRegression(max_iter=200).fit(labeled_digits.reshape(-1, DIGIT**2), pixels)
        probabilities = model.predict_proba(detected.reshape(-1, DIGIT**2))
        y, x = np.divmod(model.classes_[probabilities.argmax(axis=1)], DIGIT)
        columns.append(np.stack([x, y, probabilities.max(axis=1)], axis=1))
    # (digits, keypoints, 3): x, y and confidence; from pixels of the window to the middle of those of the image file.
    instances = np.stack(columns, axis=1)
    # Places are (top, left), keypoints (x, y).
    upper_left = np.concatenate(places)[:, np.newaxis, ::-1]
    instances[..., :2] = (instances[..., :2] + upper_left + 0.5) * ENLARGED
    ends = np.cumsum([len(corners) for corners in places])
    return [
        KeypointPrediction([KeypointInstancePrediction(one.reshape(-1).tolist(), category_id=0) for one in scene])
        for scene in np.split(instances, ends[:-1])
    ]


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
