"""A project with rounds: 400 samples of two classes, a test share, labels that come back, and models that improve."""

import numpy as np
from numpy.typing import NDArray

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.formats import Labels, Predictions
from al_core.formats.labels.labels import LABEL_CLASS
from al_core.store import LocalDataset, Workspace
from al_core.types import Rows

N_SAMPLES = 400
NAMES = [f"{row:03}.png" for row in range(N_SAMPLES)]
TRUTH = np.arange(N_SAMPLES) % 2
"""Even samples are cats, odd ones are dogs."""


def begin(workspace: Workspace) -> LocalDataset:
    angles = np.linspace(0, np.pi, N_SAMPLES)
    workflow.create_dataset(workspace, "project", NAMES, np.column_stack([np.cos(angles), np.sin(angles)]))
    return workspace.dataset("project")


def select(dataset: LocalDataset, number: int, n_new: int, test_share: float = 0.2) -> workflow.Selection:
    n_samples = len(workflow.labeled_set(dataset)) + n_new
    config = SelectionConfig("RANDOM", n_samples, name=f"round {number}", seed=number, test_share=test_share)
    selection = workflow.run_selection(dataset, config)
    workflow.mark_sent(dataset, selection.tag)
    return selection


def label(dataset: LocalDataset, rows: Rows) -> None:
    """Bring back true labels."""
    table = np.array([(position, TRUTH[row]) for position, row in enumerate(rows.tolist())], LABEL_CLASS)
    n = len(rows)
    nan = np.full(n, np.nan)
    sizes = np.full((n, 2), np.nan, np.float32)
    labels = Labels(dataset.filenames(rows), ["cat", "dog"], "classification", [""] * n, nan, sizes, classes=table)
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))


def upload(dataset: LocalDataset, name: str, wrong: Rows, confidence: float = 0.8) -> None:
    """Store a model that is wrong on these rows and right on all others."""
    predicted = TRUTH.copy()
    predicted[wrong] = 1 - predicted[wrong]
    outputs: NDArray[np.float32] = np.full((N_SAMPLES, 2), 1 - confidence, np.float32)
    outputs[np.arange(N_SAMPLES), predicted] = confidence
    predictions = Predictions(NAMES, ["cat", "dog"], outputs)
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report, name=name)
