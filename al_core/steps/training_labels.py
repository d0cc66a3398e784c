"""The labels that a model may be trained on, as a file: all that came back but those of test samples."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import MissingInputError, NotFoundError
from al_core.formats import Annotations, ExportRows, find_writer
from al_core.formats.files.cells import escape_cell
from al_core.formats.predictions.annotations import BOX
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION
from al_core.steps.chosen import NO_ROWS
from al_core.steps.labels import TaskLabels, label_tasks, labels_for
from al_core.steps.reserve import read_reserve

if TYPE_CHECKING:
    from al_core.store import Dataset

CSV = "csv"
BOX_FORMATS = ("coco", "yolo")
"""Writers of `formats.WRITERS` that write boxes as labels."""

SUFFIXES: Mapping[str, str] = {CSV: ".csv", "coco": ".json", "yolo": ".zip"}


def training_formats(dataset: "Dataset") -> list[str]:
    """Return the formats in which the training labels can be had; none if there are no labels for any of them."""
    tasks = label_tasks(dataset)
    if DETECTION in tasks[:1]:
        return [CSV, *BOX_FORMATS]
    return [CSV] if CLASSIFICATION in tasks else []


def write_training_labels(dataset: "Dataset", format: str = CSV) -> bytes:
    """Return the labels to train on as a file, without those of test samples and their groups.

    Raises:
        NotFoundError: If there is no such format for these labels.
        MissingInputError: If there are no labels yet.
    """
    formats = training_formats(dataset)
    if not formats:
        raise MissingInputError(
            f"dataset '{dataset.name}' has no labels of classes or boxes to train on yet; bring labels back first"
        )
    if format not in formats:
        raise NotFoundError(f"training labels cannot be had as '{format}', but as {', '.join(formats)}")
    task = label_tasks(dataset)[0] if len(formats) > 1 else CLASSIFICATION
    labels = _without_tests(dataset, labels_for(dataset, task))
    if format == CSV:
        header = TABLES[task]
        return _csv(header, _class_rows(labels) if task == CLASSIFICATION else _box_rows(labels))
    rows = ExportRows(labels.labels.filenames, annotations=_as_annotations(labels), images_dir=dataset.images_dir)
    writer = find_writer(format)
    rows.require(*writer.needs)
    return writer.write(rows)


TABLES: Mapping[str, tuple[str, ...]] = {
    CLASSIFICATION: ("filename", "label"),
    DETECTION: ("filename", "label", "x0", "y0", "x1", "y1"),
}
"""The columns of the CSV file by task; corners are relative to the image, 0 to 1."""


def _without_tests(dataset: "Dataset", labels: TaskLabels) -> TaskLabels:
    stored_reserve = read_reserve(dataset)
    barred = stored_reserve.barred if stored_reserve else NO_ROWS
    kept = np.flatnonzero(~np.isin(labels.rows, barred))
    return TaskLabels(labels.rows[kept], labels.labels.take(kept), labels.n_annotators[kept], labels.disagrees[kept])


def _class_rows(labels: TaskLabels) -> Iterator[tuple[object, ...]]:
    names = labels.labels.class_names
    for position, label in labels.labels.classes[["row", "label"]].tolist():
        yield labels.labels.filenames[position], names[label]


def _box_rows(labels: TaskLabels) -> Iterator[tuple[object, ...]]:
    names = labels.labels.class_names
    for position, label, *corners in labels.labels.boxes[["row", "label", "x0", "y0", "x1", "y1"]].tolist():
        # float32 has seven digits; more would be noise.
        yield labels.labels.filenames[position], names[label], *(round(corner, 6) for corner in corners)


def _csv(header: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    # Names come from files of strangers: a spreadsheet would calculate those that begin with "=".
    table.writerows([escape_cell(value) if isinstance(value, str) else value for value in row] for row in rows)
    return text.getvalue().encode()


def _as_annotations(labels: TaskLabels) -> Annotations:
    """Return labeled boxes as predictions that are sure of every box, which is what writers take."""
    stored = labels.labels.boxes
    boxes = np.ones(len(stored), BOX)
    for name in ("row", "label", "x0", "y0", "x1", "y1"):
        boxes[name] = stored[name]
    return Annotations("labels", labels.labels.class_names, boxes=boxes)
