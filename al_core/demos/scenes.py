"""Demos for detection, segmentation and keypoints, from real images that come with scikit-learn.

A scene is a photograph with handwritten digits on it. A small network that has seen the windows of a few labeled scenes
slides over all of them; what it finds is predicted, not simulated.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.demos.digits import INITIAL_SELECTION, load_digits
from al_core.types import Probabilities, Rows

if TYPE_CHECKING:
    from al_core.formats import Predictions
    from al_core.store import Dataset, Workspace

N_SCENES, N_LABELED = 200, 40
SIDE, DIGIT, ENLARGED = 32, 8, 7
BACKGROUND = 10
NEAR, N_BACKGROUND_WINDOWS = 3, 60
N_EPOCHS = 60
SHIFTS = np.indices((3, 3)).reshape(2, -1).T - 1
LEAST_OBJECTNESS = 0.3
KEYPOINT_NAMES = ("top", "bottom", "left", "right")

NAMES = {
    "object-detection": "scenes-detection",
    "semantic-segmentation": "scenes-segmentation",
    "keypoint-detection": "scenes-keypoints",
}
"""The demo of each task, by its key in `al_core.scorers.SCORERS`."""


@dataclass(frozen=True)
class Scenes:
    """Images (N, 32, 32), 0 to 1, and for each the digits on it: label, top and left (n, 3)."""

    images: NDArray[np.float32]
    digits: list[NDArray[np.int64]]


def build(workspace: "Workspace", task: str) -> "Dataset":
    """Return the demo dataset of a task, built if the workspace does not have it."""
    name = NAMES[task]
    known = {dataset.name: dataset for dataset in workspace.datasets()}
    if name in known:
        return known[name]
    scenes = draw()
    folder = workspace.home / "demo" / "scenes"
    _write_images(folder, scenes.images)
    dataset = workflow.dataset_from_images(workspace, folder, name).dataset
    config = SelectionConfig(SamplingMethod.CORESET, N_LABELED, name=INITIAL_SELECTION, seed=0)
    labeled_rows = workflow.run_selection(dataset, config).added_rows
    predictions = predict(scenes, labeled_rows, task, dataset.filenames())
    report = workflow.check_predictions(dataset, predictions, source=INITIAL_SELECTION)
    workflow.store_predictions(dataset, predictions, report, name=f"sliding-window-{N_LABELED}")
    return dataset


def draw(seed: int = 0) -> Scenes:
    """Return the scenes, each with one to six digits that do not touch."""
    rng = np.random.default_rng(seed)
    photos = _grey_photos()
    pixels, labels = load_digits()
    images, digits = [], []
    for _ in range(N_SCENES):
        image = _background(photos, rng)
        placed: list[tuple[int, int, int]] = []
        for row in rng.choice(len(pixels), rng.integers(1, 7), replace=False).tolist():
            top, left = rng.integers(0, SIDE - DIGIT + 1, 2).tolist()
            if all(max(abs(top - y), abs(left - x)) > DIGIT for _, y, x in placed):
                window = image[top : top + DIGIT, left : left + DIGIT]
                window[:] = window * (1 - pixels[row]) + pixels[row]
                placed.append((int(labels[row]), top, left))
        images.append(image)
        digits.append(np.array(placed, np.int64))
    return Scenes(np.stack(images), digits)


def predict(scenes: Scenes, labeled_rows: Rows, task: str, filenames: list[str]) -> "Predictions":
    """Return what a sliding window that was trained on the labeled scenes alone predicts for all scenes."""
    from al_core.formats import Predictions

    windows = np.lib.stride_tricks.sliding_window_view(scenes.images, (DIGIT, DIGIT), axis=(1, 2))
    probabilities = _window_probabilities(windows, scenes, labeled_rows)
    names = [str(digit) for digit in range(10)]
    if task == "semantic-segmentation":
        # A window speaks for the pixel in its middle, the outermost ones also for the rim beyond.
        rim = (DIGIT // 2, DIGIT - 1 - DIGIT // 2)
        maps = [np.pad(grid, (rim, rim, (0, 0)), mode="edge") for grid in probabilities]
        return Predictions(filenames, [*names, "background"], maps, task)
    found = [_find_digits(grid) for grid in probabilities]
    if task == "object-detection":
        outputs = [_detections(grid, places) for grid, places in zip(probabilities, found, strict=True)]
        return Predictions(filenames, names, outputs, task)
    return Predictions(filenames, ["digit"], _keypoints(windows, scenes, labeled_rows, found), task)


def _grey_photos() -> list[NDArray[np.float32]]:
    from sklearn.datasets import load_sample_images

    return [photo.mean(axis=2).astype(np.float32) / 255 for photo in load_sample_images().images]


def _background(photos: list[NDArray[np.float32]], rng: np.random.Generator) -> NDArray[np.float32]:
    photo = photos[rng.integers(len(photos))]
    step = int(rng.integers(2, 7))
    top, left = rng.integers(0, np.array(photo.shape) - SIDE * step + 1).tolist()
    # Darker, so that the digits stand out.
    return photo[top : top + SIDE * step : step, left : left + SIDE * step : step] * np.float32(1 / 3)


def _write_images(folder: Path, images: NDArray[np.float32]) -> None:
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(np.rint(images * 255).astype(np.uint8)):
        side = SIDE * ENLARGED
        Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC).save(folder / f"scene_{number:03d}.png")


def _window_probabilities(windows: NDArray[np.float32], scenes: Scenes, labeled_rows: Rows) -> list[Probabilities]:
    """Return the probabilities of ten digits and background at each place of each scene, (25, 25, 11)."""
    from sklearn.neural_network import MLPClassifier

    examples, labels = _training_windows(windows, scenes, labeled_rows)
    network = MLPClassifier(64, learning_rate_init=0.01, random_state=0)
    for _ in range(N_EPOCHS):
        network.partial_fit(examples, labels, classes=np.arange(BACKGROUND + 1))
    probabilities = network.predict_proba(windows.reshape(-1, DIGIT**2)).astype(np.float32)
    return list(probabilities.reshape(*windows.shape[:3], BACKGROUND + 1))


def _training_windows(windows: NDArray[np.float32], scenes: Scenes, labeled_rows: Rows) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    examples, labels = [], []
    for row in labeled_rows.tolist():
        # A digit may stand a pixel off its window and is still that digit.
        label, top, left = np.repeat(scenes.digits[row], len(SHIFTS), axis=0).T
        y, x = (np.stack([top, left]) + np.tile(SHIFTS.T, len(scenes.digits[row]))).clip(0, SIDE - DIGIT)
        examples.append(windows[row, y, x])
        labels.append(label)
        places = rng.integers(0, windows.shape[1], (N_BACKGROUND_WINDOWS, 2))
        gaps = np.abs(places[:, None] - scenes.digits[row][:, 1:]).max(axis=2).min(axis=1)
        y, x = places[gaps >= NEAR].T
        examples.append(windows[row, y, x])
        labels.append(np.full(len(y), BACKGROUND))
    return np.concatenate(examples).reshape(-1, DIGIT**2), np.concatenate(labels)


def _find_digits(grid: Probabilities) -> NDArray[np.int64]:
    """Return top and left of the windows (n, 2) that hold a digit, none within half a window of a better one."""
    objectness = 1 - grid[..., BACKGROUND]
    places = np.argwhere(objectness >= LEAST_OBJECTNESS)
    order = np.argsort(-objectness[tuple(places.T)], kind="stable")
    kept: list[NDArray[np.int64]] = []
    for place in places[order]:
        if all(np.abs(place - other).max() > DIGIT // 2 for other in kept):
            kept.append(place)
    return np.array(kept, np.int64).reshape(-1, 2)


def _detections(grid: Probabilities, places: NDArray[np.int64]) -> Any:
    from al_core.utils import ObjectDetectionOutput

    found = grid[tuple(places.T)]
    objectness = 1 - found[:, BACKGROUND]
    corners = np.column_stack([places[:, ::-1], places[:, ::-1] + DIGIT]).astype(np.float32) / SIDE
    return ObjectDetectionOutput(corners, objectness, found[:, :BACKGROUND] / objectness[:, None])


def _keypoints(
    windows: NDArray[np.float32], scenes: Scenes, labeled_rows: Rows, found: list[NDArray[np.int64]]
) -> list[Any]:
    """Return where the strokes of each digit found reach furthest: one classifier a keypoint, one class a pixel."""
    from sklearn.linear_model import LogisticRegression

    from al_core.utils import KeypointInstancePrediction, KeypointPrediction

    digits = np.concatenate([windows[row, *scenes.digits[row][:, 1:].T] for row in labeled_rows.tolist()])
    candidates = np.concatenate([windows[row, *places.T] for row, places in enumerate(found)])
    columns = []
    for pixels in stroke_ends(digits).T:
        model = LogisticRegression(max_iter=200).fit(digits.reshape(-1, DIGIT**2), pixels)
        probabilities = model.predict_proba(candidates.reshape(-1, DIGIT**2))
        y, x = np.divmod(model.classes_[probabilities.argmax(axis=1)], DIGIT)
        columns.append(np.stack([x, y, probabilities.max(axis=1)], axis=1))
    corners = np.concatenate(found)
    instances = np.stack(columns, axis=1)
    instances[..., :2] = (instances[..., :2] + corners[:, None, ::-1] + 0.5) * ENLARGED
    ends = np.cumsum([len(places) for places in found])
    return [
        KeypointPrediction([KeypointInstancePrediction(one.reshape(-1).tolist(), category_id=0) for one in part])
        for part in np.split(instances, ends[:-1])
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
    ink = digits.reshape(-1, DIGIT**2) > 0.7
    reaches = [-y, y, -x, x]
    return np.stack([np.where(ink, reach, -DIGIT).argmax(axis=1) for reach in reaches], axis=1)
