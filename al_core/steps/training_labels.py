"""The labels that a model may be trained on, as a file: all that came back but those of test samples."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import MissingInputError, NotFoundError
from al_core.formats.predictions.predictions import CLASSIFICATION, MULTI_LABEL
from al_core.formats.training.sheet import TrainingSheet
from al_core.formats.training.writers import TrainingWriter, training_writers
from al_core.steps.image_frames import image_frames
from al_core.steps.labels import TaskLabels, label_tasks, labels_for, rows_with_labels
from al_core.steps.reserve import read_reserve
from al_core.steps.row_sets import NO_ROWS

if TYPE_CHECKING:
    from al_core.store import Dataset
    from al_core.types import Rows


def training_tasks(dataset: "Dataset") -> list[str]:
    """Return the tasks whose labels can be had as a file, that of the newest labels first."""
    tasks = [task for task in label_tasks(dataset) if training_writers(task)]
    # Labels of one class and of several are the same table.
    of_classes = [task for task in tasks if task in (CLASSIFICATION, MULTI_LABEL)]
    return [task for task in tasks if task not in of_classes[1:]]


def training_formats(dataset: "Dataset", task: str | None = None) -> list[TrainingWriter]:
    """Return the formats in which labels of a task can be had; none if there are no such labels."""
    tasks = training_tasks(dataset)
    chosen = task or next(iter(tasks), "")
    return list(training_writers(chosen).values()) if chosen in tasks else []


def find_format(dataset: "Dataset", format: str | None = None, task: str | None = None) -> tuple[TrainingWriter, str]:
    """Return a format and the task that it is for; by default the first format of the task of the newest labels.

    Raises:
        NotFoundError: If there is no such format for these labels.
        MissingInputError: If there are no such labels yet.
    """
    tasks = training_tasks(dataset)
    if not tasks:
        raise MissingInputError(f"dataset '{dataset.name}' has no labels to train on yet; bring labels back first")
    chosen = task or tasks[0]
    if chosen not in tasks:
        raise MissingInputError(
            f"dataset '{dataset.name}' has no labels for {chosen}, but for {' and '.join(tasks)}; bring some back"
        )
    writers = training_writers(chosen)
    name = format or next(iter(writers))
    if name not in writers:
        raise NotFoundError(f"training labels for {chosen} cannot be had as '{name}', but as {', '.join(writers)}")
    return writers[name], chosen


def write_training_labels(dataset: "Dataset", format: str | None = None, task: str | None = None) -> bytes:
    """Return the labels to train on as a file, without those of test samples and their groups.

    Raises:
        NotFoundError: If there is no such format for these labels.
        MissingInputError: If there are no labels yet, or the format needs sizes of images that are unknown.
    """
    if dataset.server:
        return dataset.server.training_labels(format, task)
    writer, chosen = find_format(dataset, format, task)
    return writer.write(_sheet(dataset, writer, chosen))


def training_label_rows(dataset: "Dataset", format: str | None = None, task: str | None = None) -> "Rows":
    """Return the rows whose labels `write_training_labels` writes; images can be marked as labeled without a label."""
    _, chosen = find_format(dataset, format, task)
    return np.setdiff1d(rows_with_labels(dataset, chosen), _barred(dataset))


def training_obstacle(dataset: "Dataset", format: str | None = None, task: str | None = None) -> str | None:
    """Return why the labels to train on cannot be had in a format, or None; nothing is written."""
    writer, chosen = find_format(dataset, format, task)
    if not writer.needs_sizes:
        return None
    try:
        _sheet(dataset, writer, chosen).pixel_sizes()
    except MissingInputError as error:
        return str(error)
    return None


def _sheet(dataset: "Dataset", writer: TrainingWriter, task: str) -> TrainingSheet:
    labels = _without_tests(dataset, labels_for(dataset, task))
    sizes = _sizes(dataset, labels) if writer.needs_sizes else labels.labels.sizes
    return TrainingSheet(labels.labels, task, sizes)


def _sizes(dataset: "Dataset", labels: TaskLabels) -> NDArray[np.floating]:
    """Return (L, 2) width and height of each labeled image, NaN where nothing tells.

    Those of the images come first, because they are what is trained on: a tool may have shown them smaller. Then come
    those that the file of labels has, and the sides of the masks.
    """
    sizes = image_frames(dataset, labels.rows).sizes
    masks = labels.labels.masks
    sides = np.full(sizes.shape, np.nan)
    sides[masks["row"]] = np.column_stack([masks["width"], masks["height"]])
    for other in (labels.labels.sizes, sides):
        sizes = np.where(np.isnan(sizes), other, sizes)
    return sizes


def _without_tests(dataset: "Dataset", labels: TaskLabels) -> TaskLabels:
    places = np.flatnonzero(~np.isin(labels.rows, _barred(dataset)))
    return TaskLabels(
        labels.rows[places], labels.labels.take(places), labels.n_annotators[places], labels.disagrees[places]
    )


def _barred(dataset: "Dataset") -> "Rows":
    stored_reserve = read_reserve(dataset)
    return stored_reserve.barred if stored_reserve else NO_ROWS
