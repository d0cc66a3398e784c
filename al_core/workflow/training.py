"""What has labels: the part to train on, the part to test on, and files of the first."""

from typing import TYPE_CHECKING

import numpy as np

from al_core.steps.chosen import labeled_rows
from al_core.steps.reserve import StoredReserve, read_reserve
from al_core.steps.row_sets import NO_ROWS
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.formats.training.writers import TrainingWriter
    from al_core.store import Dataset


def labeled_set(dataset: "Dataset") -> Rows:
    """Return the rows that have labels or are in tags that a person marked as labeled, ascending."""
    return labeled_rows(dataset)


def training_set(dataset: "Dataset") -> Rows:
    """Return the labeled rows that a model may be trained on, ascending: all but the test reserve and its groups."""
    stored_reserve = read_reserve(dataset)
    return np.setdiff1d(labeled_rows(dataset), stored_reserve.barred if stored_reserve else NO_ROWS)


def test_set(dataset: "Dataset") -> Rows:
    """Return the labeled rows of the test reserve, ascending: accuracy is measured on them, and no model sees them."""
    stored_reserve = read_reserve(dataset)
    return np.intersect1d(labeled_rows(dataset), stored_reserve.reserve.rows) if stored_reserve else NO_ROWS


def test_reserve(dataset: "Dataset") -> StoredReserve | None:
    """Return what is set aside for testing, with its population; None if no test share was ever used."""
    return read_reserve(dataset)


def training_tasks(dataset: "Dataset") -> list[str]:
    """Return the tasks whose labels can be had as a file to train on, that of the newest labels first."""
    from al_core.steps import training_labels

    return training_labels.training_tasks(dataset)


def training_formats(dataset: "Dataset", task: str | None = None) -> "list[TrainingWriter]":
    """Return the formats in which training labels can be had, by default for the task of the newest labels."""
    from al_core.steps import training_labels

    return training_labels.training_formats(dataset, task)


def export_training_labels(dataset: "Dataset", format: str | None = None, *, task: str | None = None) -> bytes:
    """Return the labels to train on as a file, without those of test samples and their groups.

    Args:
        dataset: Whose labels.
        format: One of `training_formats`; by default the first one.
        task: One of `training_tasks`; by default that of the newest labels.

    Raises:
        NotFoundError: If there is no such format for these labels.
        MissingInputError: If there are no labels yet, or the format needs sizes of images that are unknown.
    """
    from al_core.steps.training_labels import write_training_labels

    return write_training_labels(dataset, format, task)
