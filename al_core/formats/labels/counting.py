"""Which annotation of a sample counts, where several people or files have labeled it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.predictions import MATRIX_TASKS
from al_core.formats.predictions.stored_tables import Table
from al_core.types import Rows


@dataclass(frozen=True)
class Counting:
    """What counts for each labeled sample.

    Attributes:
        rows: (L,) the samples, ascending.
        annotations: (L,) the annotation of each that counts.
        n_annotators: (L,) how many people have labeled it, as far as the files say.
        disagrees: (L,) whether any of them contradicts the annotation that counts.
    """

    rows: Rows
    annotations: Rows
    n_annotators: NDArray[np.int64]
    disagrees: NDArray[np.bool_]


def counting(samples: Rows, files: Rows, labels: Labels) -> Counting:
    """Return which annotation of each sample counts.

    Of each annotator it is the newest: the file that came last, then the time, then the place in the file. Annotations
    without an annotator are replaced by those of a later file. Among annotators the majority counts for the classes of
    an image, the newest at a tie; for boxes, keypoints and masks it is the newest.

    Args:
        samples: (A,) the sample of each annotation.
        files: (A,) the file of each, later ones having higher numbers.
        labels: The annotations.
    """
    # Without a time, the place in the file decides; lexsort sorts by its last key first.
    times = np.nan_to_num(labels.times, nan=-np.inf)
    order = np.lexsort((np.arange(len(samples)), times, files, samples))
    rows, starts = np.unique(samples[order], return_index=True)
    groups = np.split(order, starts[1:]) if len(rows) else []
    counted = np.array([group[-1] for group in groups], np.int64)
    n_annotators = np.ones(len(rows), np.int64)
    disagrees = np.zeros(len(rows), bool)
    # Most samples have one annotation: only the others take a step in Python.
    n_of_sample = np.diff(np.append(starts, len(order)))
    for place in np.flatnonzero(n_of_sample > 1).tolist():
        newest_of_each = _newest_of_each(groups[place].tolist(), files, labels.annotators)
        counts = _majority(newest_of_each, labels) if labels.task in MATRIX_TASKS else newest_of_each[-1]
        counted[place] = counts
        n_annotators[place] = len(newest_of_each)
        others = (other for other in newest_of_each if other != counts)
        disagrees[place] = any(labels.differ(counts, other) for other in others)
    return Counting(rows, counted, n_annotators, disagrees)


def _newest_of_each(group: Sequence[int], files: Rows, annotators: Sequence[str]) -> list[int]:
    """Return the annotations of one sample that no later one of the same person replaces, oldest first."""
    unnamed_files = [int(files[annotation]) for annotation in group if not annotators[annotation]]
    newest: dict[tuple[str, int], int] = {}
    for annotation in group:
        annotator = annotators[annotation]
        if annotator:
            # Taken out first, so that its place is that of the newest.
            newest.pop((annotator, -1), None)
            newest[annotator, -1] = annotation
        elif files[annotation] == max(unnamed_files):
            newest["", annotation] = annotation
    return list(newest.values())


def _majority(annotations: Sequence[int], labels: Labels) -> int:
    """Return the newest annotation of those whose classes most people have named."""
    classes = [tuple(sorted(labels.annotation(annotation).classes.tolist())) for annotation in annotations]
    votes = Counter(classes)
    most = max(votes.values())
    return next(
        annotation
        for annotation, named in zip(reversed(annotations), reversed(classes), strict=True)
        if votes[named] == most
    )


def concatenated(parts: Sequence[Labels], task: str) -> Labels:
    """Return the annotations of several files one after the other, with one list of classes.

    Classes are in the order of the first file, then of the next ones.
    """
    names = list(dict.fromkeys(name for part in parts for name in part.class_names))
    place = {name: label for label, name in enumerate(names)}
    n_before = np.cumsum([0, *(len(part) for part in parts)])
    runs_before = np.cumsum([0, *(len(part.runs) for part in parts)])
    renamed = [_renamed(part, [place[name] for name in part.class_names]) for part in parts]
    masks = [_shifted(part.masks, first) for part, first in zip(renamed, n_before, strict=False)]
    for table, first in zip(masks, runs_before, strict=False):
        table["start"] += first
        table["stop"] += first
    first = renamed[0]
    return Labels(
        [filename for part in renamed for filename in part.filenames],
        names,
        task,
        [annotator for part in renamed for annotator in part.annotators],
        np.concatenate([part.times for part in renamed]),
        np.concatenate([part.sizes for part in renamed]),
        classes=_joined([part.classes for part in renamed], n_before),
        boxes=_joined([part.boxes for part in renamed], n_before),
        keypoints=_joined([part.keypoints for part in renamed], n_before),
        masks=np.concatenate(masks),
        runs=np.concatenate([part.runs for part in renamed]),
        source=first.source,
    )


def _renamed(part: Labels, places: Sequence[int]) -> Labels:
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


def _joined(tables: Sequence[Table], n_before: Rows) -> Table:
    return np.concatenate([_shifted(table, first) for table, first in zip(tables, n_before, strict=False)])


def _shifted(table: Table, n_rows: np.int64) -> Table:
    changed = np.array(table)
    changed["row"] += n_rows
    return changed
