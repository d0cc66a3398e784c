import numpy as np

from al_core.steps.classes import class_names
from al_core.steps.sample_classes import RIGHT, WRONG, first_rounds, labeled_classes, right_or_wrong
from al_core.store import Dataset
from tests.conftest import FILENAMES
from tests.steps.test_labels import classes, model, store
from tests.steps.test_rounds import select


def test_labels_are_positions_among_the_classes_of_the_dataset(dataset: Dataset) -> None:
    model(dataset, ["dog", "cat"])
    store(dataset, classes([FILENAMES[4], FILENAMES[1]], [0, 1], class_names=("cat", "eel")))
    assert class_names(dataset) == ["dog", "cat", "eel"]
    assert labeled_classes(dataset).tolist() == [-1, 2, -1, -1, 1, -1]


def test_without_labels_no_image_has_a_class(dataset: Dataset) -> None:
    assert labeled_classes(dataset).tolist() == [-1] * 6


def test_an_answer_is_right_or_wrong_only_where_there_is_a_label() -> None:
    verdict = right_or_wrong(np.array([1, 1, -1, 0]), np.array([1, 0, 0, -1]))
    assert verdict.tolist() == [RIGHT, WRONG, -1, -1]


def test_an_image_belongs_to_the_round_that_picked_it_first(dataset: Dataset) -> None:
    first = select(dataset, "round 1", 2)
    select(dataset, "round 2", 2)
    codes, names = first_rounds(dataset)
    assert names == ["round 1", "round 2"]
    assert set(codes.tolist()) <= {-1, 0, 1}
    assert (codes[first.added_rows] == 0).all()
