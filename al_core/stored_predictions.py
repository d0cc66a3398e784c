"""Predictions in the store: one array each, of the kind that fits the task."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.formats.annotations import Annotations, Table, box_table, keypoint_table, named_categories
from al_core.formats.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, numbered_classes
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions
    from al_core.store import Dataset, StoredArray

KINDS = {CLASSIFICATION: "prediction", DETECTION: "detection", KEYPOINTS: "keypoint"}
"""The kind of array by task. Probability maps are not kept, only their scores: they would fill the disk."""

TABLES: dict[str, Callable[[Rows, Any], Table]] = {DETECTION: box_table, KEYPOINTS: keypoint_table}


def usable_outputs(
    predictions: "Predictions", report: "JoinReport", progress: Progress | None = None
) -> tuple[Rows, Any]:
    """Return the samples that have a usable prediction, and their outputs as the scorer of the task takes them.

    Probability maps come as a generator that reads one at a time and tells `progress`.
    """
    if predictions.task == CLASSIFICATION:
        probabilities = report.align(predictions.outputs)
        rows = np.flatnonzero(~np.isnan(probabilities[:, 0]))
        return rows, probabilities[rows]
    used = np.flatnonzero(report.rows >= 0)
    if predictions.task in TABLES:
        return report.rows[used], predictions.take(used)
    return report.rows[used], _streamed(predictions, used, progress)


def save_predictions(
    dataset: "Dataset", predictions: "Predictions", source: str, name: str, rows: Rows, outputs: Any
) -> None:
    """Store what `usable_outputs` returned, in place of older predictions of that name.

    Class probabilities become (N, C) float32 with NaN where there are none, boxes (B,) of `annotations.BOX` and
    keypoints (P,) of `annotations.KEYPOINT`. Probability maps are not stored.
    """
    if predictions.task == CLASSIFICATION:
        array = np.full((dataset.n_samples, outputs.shape[1]), np.nan, np.float32)
        array[rows] = outputs
        _save(dataset, predictions, source, name, array)
    elif predictions.task in TABLES:
        _save(dataset, predictions, source, name, TABLES[predictions.task](rows, outputs))


def _streamed(predictions: "Predictions", used: Rows, progress: Progress | None) -> Iterator[Any]:
    for done, position in enumerate(used.tolist()):
        if progress:
            progress(done, len(used))
        yield predictions.outputs[position]


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
    field = {"prediction": "probabilities", "detection": "boxes", "keypoint": "keypoints"}[stored.kind]
    array, class_names = dataset.arrays.read(stored), stored.facts["class_names"]
    category_ids: list[int] = []
    if stored.kind == "keypoint":
        class_names, category_ids = named_categories(class_names, stored.facts.get("category_ids"), array)
    return Annotations(stored.name, class_names, category_ids=category_ids, **{field: array})
