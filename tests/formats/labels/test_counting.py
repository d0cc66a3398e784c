from collections.abc import Sequence

import numpy as np

from al_core.formats.labels.counting import Counting, counting
from al_core.formats.labels.labels import LABEL_BOX, LABEL_CLASS, Labels

Said = tuple[int, int, str, float, int]
"""Sample, file, annotator, time and class."""


def labels(classes: Sequence[int], annotators: Sequence[str] = (), times: Sequence[float] = ()) -> Labels:
    n = len(classes)
    table = np.array(list(enumerate(classes)), LABEL_CLASS)
    return Labels(
        [f"{row}.png" for row in range(n)],
        ["cat", "dog", "owl"],
        "classification",
        list(annotators) or [""] * n,
        np.array(times or [np.nan] * n, np.float64),
        np.full((n, 2), np.nan, np.float32),
        table,
    )


def count(*said: Said) -> Counting:
    samples, files, annotators, times, classes = map(list, zip(*said, strict=True))
    return counting(np.array(samples), np.array(files), labels(classes, annotators, times))


def test_the_majority_counts() -> None:
    counts = count((4, 0, "a", 1, 0), (4, 0, "b", 2, 1), (4, 0, "c", 3, 0), (2, 0, "a", 1, 2))
    assert counts.rows.tolist() == [2, 4]
    assert counts.annotations.tolist() == [3, 2]
    assert counts.n_annotators.tolist() == [1, 3]
    assert counts.disagrees.tolist() == [False, True]


def test_the_newest_counts_at_a_tie() -> None:
    assert count((0, 0, "a", 5, 0), (0, 0, "b", 2, 1)).annotations.tolist() == [0]
    # Two of two each, and the newest of all is of neither.
    assert count(
        (0, 0, "a", 1, 0), (0, 0, "b", 2, 1), (0, 0, "c", 3, 1), (0, 0, "d", 4, 0), (0, 0, "e", 5, 2)
    ).annotations.tolist() == [3]


def test_who_changes_a_label_has_one_vote() -> None:
    counts = count((0, 0, "a", 1, 0), (0, 0, "b", 2, 0), (0, 1, "a", 1, 1), (0, 1, "b", 0, 1))
    assert counts.n_annotators.tolist() == [2]
    assert counts.annotations.tolist() == [2]
    assert counts.disagrees.tolist() == [False]


def test_a_later_file_replaces_what_has_no_annotator() -> None:
    counts = count((0, 0, "", 0, 0), (0, 0, "", 0, 0), (0, 1, "", 0, 1))
    assert (counts.annotations.tolist(), counts.n_annotators.tolist()) == ([2], [1])


def test_boxes_are_those_of_the_newest() -> None:
    boxes = np.array([(0, 0, 0, 0, 0, 1, 1), (1, 0, 0, 0, 0, 1, 1), (2, 0, 1, 0, 0, 0.1, 1)], LABEL_BOX)
    said = Labels(
        ["a"] * 3,
        ["cat", "dog"],
        "object-detection",
        ["a", "b", "c"],
        np.array([1.0, 2, 3]),
        np.ones((3, 2), np.float32),
        boxes=boxes,
    )
    counts = counting(np.zeros(3, np.int64), np.zeros(3, np.int64), said)
    assert (counts.annotations.tolist(), counts.disagrees.tolist()) == ([2], [True])


def test_without_labels_nothing_counts() -> None:
    assert counting(np.empty(0, np.int64), np.empty(0, np.int64), labels([])).rows.tolist() == []
