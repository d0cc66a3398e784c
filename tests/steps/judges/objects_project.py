"""A project of 400 images of 100 x 50 pixels, each with one cat to the left and one dog to the right."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.formats import Labels, Predictions
from al_core.formats.labels.labels import LABEL_BOX, LABEL_KEYPOINT, LABEL_MASK, MASK_RUN
from al_core.steps.judges import Judge, find_judge
from al_core.steps.labels import labels_for
from al_core.store import LocalDataset, Model, Workspace
from al_core.types import Rows

N_SAMPLES = 400
NAMES = [f"{row:03}.png" for row in range(N_SAMPLES)]
CLASSES = ["cat", "dog"]
CORNERS = {"cat": (0.1, 0.2, 0.4, 0.8), "dog": (0.6, 0.2, 0.9, 0.8)}
POINTS = {"cat": [(0.2, 0.4), (0.3, 0.6)], "dog": [(0.7, 0.4), (0.8, 0.6)]}


def begin(workspace: Workspace, n_tests: int = 40, n_samples: int = N_SAMPLES) -> LocalDataset:
    """Return a dataset that has selected test samples alone."""
    dataset = new_dataset(workspace, n_samples)
    select(dataset, n_tests)
    return dataset


def new_dataset(workspace: Workspace, n_samples: int = N_SAMPLES) -> LocalDataset:
    angles = np.linspace(0, np.pi, n_samples)
    workflow.create_dataset(workspace, "objects", NAMES[:n_samples], np.column_stack([np.cos(angles), np.sin(angles)]))
    return workspace.dataset("objects")


def select(dataset: LocalDataset, n_tests: int = 40) -> None:
    config = SelectionConfig("RANDOM", n_tests, name="round 1", seed=1, test_share=1.0)
    workflow.run_selection(dataset, config)


def label(dataset: LocalDataset, task: str, rows: Rows | None = None) -> None:
    """Bring back the true labels of some samples, by default of the selection."""
    names = dataset.filenames(dataset.tag("round 1").rows if rows is None else rows)
    n = len(names)
    nan = np.full(n, np.nan)
    sizes = np.tile(np.array([[100, 50]], np.float32), (n, 1))
    objects = [(row, number) for row in range(n) for number in range(2)]
    boxes = np.array([(row, number, number, *CORNERS[CLASSES[number]]) for row, number in objects], LABEL_BOX)
    points = np.array(
        [
            (row, number, number, place, x, y, 2)
            for row, number in objects
            for place, (x, y) in enumerate(POINTS[CLASSES[number]])
        ],
        LABEL_KEYPOINT,
    )
    # Each line of ten pixels is half cat, half dog.
    runs = np.array([(number % 2, 5) for _ in range(n) for number in range(20)], MASK_RUN)
    masks = np.array([(row, 10, 10, 20 * row, 20 * row + 20) for row in range(n)], LABEL_MASK)
    nothing = Labels(names, CLASSES, task, [""] * n, nan, sizes)
    labels = {
        "object-detection": replace(nothing, boxes=boxes),
        "keypoint-detection": replace(nothing, keypoints=points, boxes=boxes),
        "semantic-segmentation": replace(nothing, masks=masks, runs=runs),
    }[task]
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))


def model(dataset: LocalDataset, task: str, outputs: Any, class_names: Sequence[str] = CLASSES) -> Model:
    """Store one output for each image as a model."""
    predictions = Predictions(NAMES[: len(outputs)], list(class_names), outputs, task)
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name="model")
    return dataset.models.get("model")


def judge_of(dataset: LocalDataset, task: str) -> Judge:
    reserve = workflow.test_reserve(dataset)
    assert reserve
    judge = find_judge(dataset, task, labels_for(dataset, task), reserve)
    assert judge
    return judge
