"""Labels of several files as one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.stored_tables import Table
from al_core.types import Rows


def concatenated(parts: Sequence[Labels], task: str) -> Labels:
    """Return the annotations of several files one after the other, with one list of classes.

    Classes are in the order of the first file, then of the next ones.
    """
    names = list(dict.fromkeys(name for part in parts for name in part.class_names))
    place = {name: label for label, name in enumerate(names)}
    renamed = [_renamed(part, [place[name] for name in part.class_names]) for part in parts]
    rows_before = _sums_before([len(part) for part in parts])
    runs_before = _sums_before([len(part.runs) for part in parts])
    masks = [_shifted(part.masks, n_rows) for part, n_rows in zip(renamed, rows_before, strict=True)]
    for table, n_runs in zip(masks, runs_before, strict=True):
        table["start"] += n_runs
        table["stop"] += n_runs
    return Labels(
        [filename for part in renamed for filename in part.filenames],
        names,
        task,
        [annotator for part in renamed for annotator in part.annotators],
        np.concatenate([part.times for part in renamed]),
        np.concatenate([part.sizes for part in renamed]),
        classes=_joined([part.classes for part in renamed], rows_before),
        boxes=_joined([part.boxes for part in renamed], rows_before),
        keypoints=_joined([part.keypoints for part in renamed], rows_before),
        masks=np.concatenate(masks),
        runs=np.concatenate([part.runs for part in renamed]),
        source=renamed[0].source,
    )


def _renamed(part: Labels, places: Sequence[int]) -> Labels:
    """Return labels whose class k is called `places[k]`."""
    position = np.array(places, np.int32)
    return replace(
        part,
        classes=_relabeled(part.classes, position),
        boxes=_relabeled(part.boxes, position),
        keypoints=_relabeled(part.keypoints, position),
        runs=_relabeled(part.runs, position),
    )


def _relabeled(table: Table, position: NDArray[np.int32]) -> Table:
    # A copy: the table may be mapped from a file.
    changed = np.array(table)
    has_class = changed["label"] >= 0
    changed["label"][has_class] = position[changed["label"][has_class]]
    return changed


def _sums_before(counts: Sequence[int]) -> Rows:
    """Return how many there are before each part.

    Examples:
        >>> _sums_before([3, 2, 4]).tolist()
        [0, 3, 5]
    """
    return np.cumsum([0, *counts])[:-1]


def _joined(tables: Sequence[Table], rows_before: Rows) -> Table:
    """Return tables one after the other, whose rows count on from part to part."""
    return np.concatenate([_shifted(table, n_rows) for table, n_rows in zip(tables, rows_before, strict=True)])


def _shifted(table: Table, n_rows: np.int64) -> Table:
    changed = np.array(table)
    changed["row"] += n_rows
    return changed
