"""Predictions in the store: one array each, of the kind that fits the task."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.annotations import (
    Annotations,
    Table,
    box_table,
    keypoint_table,
    mask_type,
    most_probable,
    named_categories,
)
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, SEGMENTATION
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions
    from al_core.store import Dataset, StoredArray

KINDS = {CLASSIFICATION: "prediction", DETECTION: "detection", KEYPOINTS: "keypoint", SEGMENTATION: "mask"}
"""The kind of array by task. Of probability maps only a grid of classes is kept: they would fill the disk."""

TABLES: dict[str, Callable[[Rows, Any], Table]] = {DETECTION: box_table, KEYPOINTS: keypoint_table}


def usable_outputs(
    predictions: "Predictions", report: "JoinReport", progress: Progress | None = None
) -> tuple[Rows, Any]:
    """Return the samples that have a usable prediction, and their outputs as the scorer of the task takes them.

    Probability maps come as a `StreamedMaps`.
    """
    if predictions.task == CLASSIFICATION:
        probabilities = report.align(predictions.outputs)
        rows = np.flatnonzero(~np.isnan(probabilities[:, 0]))
        return rows, probabilities[rows]
    used = np.flatnonzero(report.rows >= 0)
    if predictions.task in TABLES:
        return report.rows[used], predictions.take(used)
    return report.rows[used], StreamedMaps(predictions, used, progress)


def save_predictions(
    dataset: "Dataset", predictions: "Predictions", source: str, name: str, rows: Rows, outputs: Any
) -> None:
    """Store what `usable_outputs` returned, in place of older predictions of that name.

    Class probabilities become (N, C) float32 with NaN where there are none, boxes (B,) of `annotations.BOX`,
    keypoints (P,) of `annotations.KEYPOINT`, and maps that have been read (S,) of `annotations.mask_type`.
    """
    if predictions.task == CLASSIFICATION:
        array = np.full((dataset.n_samples, outputs.shape[1]), np.nan, np.float32)
        array[rows] = outputs
        _save(dataset, predictions, source, name, array)
    elif predictions.task in TABLES:
        _save(dataset, predictions, source, name, TABLES[predictions.task](rows, outputs))
    else:
        _save(dataset, predictions, source, name, outputs.mask_table(rows))


class StreamedMaps:
    """Probability maps, read one at a time; while they are scored, the class of each place is kept on a small grid."""

    def __init__(self, predictions: "Predictions", used: Rows, progress: Progress | None) -> None:
        self._predictions, self._used, self._progress = predictions, used, progress
        self._grids: list[tuple[int, Any]] = []

    def __iter__(self) -> Iterator[Any]:
        self._grids.clear()
        grid_type = mask_type(len(self._predictions.class_names))["classes"].base
        for done, position in enumerate(self._used.tolist()):
            if self._progress:
                self._progress(done, len(self._used))
            probability_map = self._predictions.outputs[position]
            yield probability_map
            # Scorers have checked its shape by now.
            grid = most_probable(np.asarray(probability_map))
            if grid is not None:
                self._grids.append((done, grid.astype(grid_type)))

    def mask_table(self, rows: Rows) -> Table:
        """Return the grids of all maps that were read, (S,) of `annotations.mask_type`, by ascending row."""
        table = np.empty(len(self._grids), mask_type(len(self._predictions.class_names)))
        for entry, (position, grid) in zip(table, self._grids, strict=True):
            entry["row"], entry["classes"] = rows[position], grid
        return table[np.argsort(table["row"], kind="stable")]


def _save(dataset: "Dataset", predictions: "Predictions", source: str, name: str, array: Any) -> None:
    class_names = list(predictions.class_names)
    if predictions.task == DETECTION:
        # Outputs made in Python may have more classes than were named.
        class_names += numbered_classes(int(array["label"].max(initial=-1)) + 1)[len(class_names) :]
    facts: dict[str, Any] = {"task": predictions.task, "class_names": class_names, "source": source}
    if predictions.task == KEYPOINTS:
        facts["category_ids"] = predictions.category_ids
    dataset.arrays.save(KINDS[predictions.task], {name: array}, facts)
    for kind in KINDS.values():
        if kind != KINDS[predictions.task]:
            dataset.arrays.delete(kind, name)


def find_predictions(dataset: "Dataset", name: str | None = None) -> "StoredArray | None":
    """Return what is known of the predictions of that name, or of the newest ones, or None if there are none."""
    stored = [found for kind in KINDS.values() for found in dataset.arrays.all(kind)]
    named = [found for found in stored if found.name == name]
    return max(named or stored, key=lambda found: found.created_at, default=None)


def read_annotations(dataset: "Dataset", name: str | None = None) -> Annotations | None:
    """Return the predictions of that name, or the newest ones, for all samples, mapped from disk."""
    stored = find_predictions(dataset, name)
    if stored is None:
        return None
    field = {"prediction": "probabilities", "detection": "boxes", "keypoint": "keypoints", "mask": "masks"}[stored.kind]
    array, class_names = dataset.arrays.read(stored), stored.facts["class_names"]
    category_ids: list[int] = []
    if stored.kind == "keypoint":
        class_names, category_ids = named_categories(class_names, stored.facts.get("category_ids"), array)
    return Annotations(stored.name, class_names, category_ids=category_ids, **{field: array})
