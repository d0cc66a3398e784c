"""Which annotation of a sample counts, where several people or files have labeled it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.predictions import MATRIX_TASKS
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
        chosen = _majority(newest_of_each, labels) if labels.task in MATRIX_TASKS else newest_of_each[-1]
        counted[place] = chosen
        n_annotators[place] = len(newest_of_each)
        others = (other for other in newest_of_each if other != chosen)
        disagrees[place] = any(labels.differ(chosen, other) for other in others)
    return Counting(rows, counted, n_annotators, disagrees)


def _newest_of_each(group: Sequence[int], files: Rows, annotators: Sequence[str]) -> list[int]:
    """Return the annotations of one sample that no later one of the same person replaces, oldest first."""
    unnamed_files = [int(files[annotation]) for annotation in group if not annotators[annotation]]
    last_unnamed_file = max(unnamed_files, default=-1)
    # By annotator; without one by the annotation itself, because nobody knows which of them are one person's.
    newest: dict[str | int, int] = {}
    for annotation in group:
        annotator = annotators[annotation]
        if annotator:
            # A dictionary keeps the place of a key that is set again: taken out first, it comes last.
            newest.pop(annotator, None)
            newest[annotator] = annotation
        elif files[annotation] == last_unnamed_file:
            newest[annotation] = annotation
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
