from collections.abc import Sequence

import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotAllowedError, NotFoundError
from al_core.formats import Labels, Predictions
from al_core.formats.labels.labels import LABEL_BOX, LABEL_CLASS, LABEL_MASK, MASK_RUN
from al_core.steps.labels import LabelAttributes, label_tasks, read_label_set
from al_core.store import Dataset, TagOrigin, TagRole
from al_core.store.label_sets import LabelSet
from tests.conftest import FILENAMES


def classes(
    names: Sequence[str],
    labels: Sequence[int],
    annotators: Sequence[str] = (),
    times: Sequence[float] = (),
    class_names: Sequence[str] = ("cat", "dog"),
) -> Labels:
    n = len(names)
    return Labels(
        list(names),
        list(class_names),
        "classification",
        list(annotators) or [""] * n,
        np.array(times or [np.nan] * n, np.float64),
        np.full((n, 2), np.nan, np.float32),
        np.array(list(enumerate(labels)), LABEL_CLASS),
        source="CSV",
    )


def boxes(names: Sequence[str]) -> Labels:
    table = np.array([(0, 0, 0, 0.1, 0.2, 0.3, 0.4), (0, 1, 1, 0, 0, 1, 1)], LABEL_BOX)
    masks = np.array([(0, 2, 2, 0, 2)], LABEL_MASK)
    runs = np.array([(-1, 3), (1, 1)], MASK_RUN)
    n = len(names)
    return Labels(
        list(names),
        ["car", "bus"],
        "object-detection",
        [""] * n,
        np.full(n, np.nan),
        np.full((n, 2), 64, np.float32),
        boxes=table,
        masks=masks,
        runs=runs,
    )


def store(dataset: Dataset, labels: Labels, name: str | None = None, round_name: str = "") -> LabelSet:
    report = workflow.check_labels(dataset, labels, source="l.csv")
    return workflow.store_labels(dataset, labels, report, name=name, round_name=round_name)


def model(dataset: Dataset, class_names: Sequence[str]) -> None:
    predictions = Predictions(
        FILENAMES, list(class_names), np.full((6, len(class_names)), 1 / len(class_names), np.float32)
    )
    report = workflow.check_predictions(dataset, predictions)
    workflow.store_predictions(dataset, predictions, report)


def test_stored_labels_come_back_with_their_tag(dataset: Dataset) -> None:
    stored = store(
        dataset,
        classes([FILENAMES[4], FILENAMES[1], "x.png"], [0, 1, 1], ["ann", "", "bob"], [7, 8, 9]),
        "week 29",
        "round 1",
    )
    assert (stored.name, stored.task, stored.n_samples, stored.n_annotations) == ("week 29", "classification", 2, 2)
    assert (stored.round, LabelAttributes.of(stored).file) == ("round 1", "l.csv")
    assert stored.n_bytes > 0
    tag = dataset.tag("week 29")
    assert (tag.rows.tolist(), tag.role, tag.id) == ([1, 4], TagRole.LABELED, stored.tag_id)
    assert tag.counts_as_labeled
    rows, labels = read_label_set(dataset, stored)
    assert rows.tolist() == [1, 4]
    assert labels.filenames == [FILENAMES[1], FILENAMES[4]]
    assert (labels.annotators, labels.times.tolist()) == (["", "ann"], [8.0, 7.0])
    assert workflow.labels_for(dataset, "classification").first_classes.tolist() == [1, 0]
    assert label_tasks(dataset) == ["classification", "multi-label-classification"]


def test_boxes_and_masks_come_back_as_they_were(dataset: Dataset) -> None:
    given = boxes([FILENAMES[3], FILENAMES[2]])
    store(dataset, given)
    counted = workflow.labels_for(dataset, "object-detection")
    assert counted.rows.tolist() == [2, 3]
    assert counted.labels.boxes[["row", "label", "x1"]].tolist() == [(1, 0, pytest.approx(0.3)), (1, 1, 1.0)]
    masks = workflow.labels_for(dataset, "semantic-segmentation").labels
    label_map = masks.annotation(1).label_map
    assert label_map is not None
    assert label_map.tolist() == [[-1, -1], [-1, 1]]
    assert workflow.labels_for(dataset, "classification").rows.tolist() == []


def test_of_several_annotators_the_majority_counts_and_disagreement_is_known(dataset: Dataset) -> None:
    name = FILENAMES[0]
    report = workflow.check_labels(dataset, classes([name] * 3, [0, 1, 0], ["a", "b", "c"], [1, 2, 3]))
    assert report.conflicting == [name]
    store(dataset, classes([name] * 3, [0, 1, 0], ["a", "b", "c"], [1, 2, 3]))
    store(dataset, classes([FILENAMES[1]], [1]))
    counted = workflow.labels_for(dataset, "classification")
    assert counted.first_classes.tolist() == [0, 1]
    assert counted.n_annotators.tolist() == [3, 1]
    assert counted.disagrees.tolist() == [True, False]


def test_a_later_file_corrects_an_earlier_one(dataset: Dataset) -> None:
    store(dataset, classes(FILENAMES[:2], [0, 0]))
    store(dataset, classes(FILENAMES[1:3], [0, 1], class_names=("dog", "owl")))
    counted = workflow.labels_for(dataset, "classification")
    names = [counted.labels.class_names[label] for label in counted.first_classes]
    assert (counted.rows.tolist(), names) == ([0, 1, 2], ["cat", "dog", "owl"])


def test_the_same_labels_again_change_nothing(dataset: Dataset) -> None:
    first = store(dataset, classes(FILENAMES[:2], [0, 1]))
    again = store(dataset, classes(FILENAMES[:2], [0, 1]))
    assert first.id == again.id
    assert len(workflow.label_sets(dataset)) == 1
    other = store(dataset, classes(FILENAMES[:2], [1, 1]), first.name)
    assert other.name == f"{first.name} 2"
    assert [tag.name for tag in dataset.tags()][:2] == [other.name, first.name]


def test_the_same_labels_of_another_round_are_refused(dataset: Dataset) -> None:
    labels = classes(FILENAMES[:2], [0, 1])
    first = store(dataset, labels, "week 29", "round 1")
    with pytest.raises(AlreadyExistsError, match="same labels are stored as 'week 29', of the round 'round 1'"):
        store(dataset, labels, "week 30", "round 2")
    # Whoever names no round asks for none.
    assert store(dataset, labels).id == store(dataset, labels, round_name="round 1").id == first.id
    assert [(stored.name, stored.round) for stored in workflow.label_sets(dataset)] == [("week 29", "round 1")]
    workflow.delete_labels(dataset, first)
    assert store(dataset, labels, "week 29").round == ""
    with pytest.raises(AlreadyExistsError, match="stored as 'week 29', of no round; to store them of 'round 2'"):
        store(dataset, labels, "week 30", "round 2")


def test_deleted_labels_can_be_restored_with_their_tag(dataset: Dataset) -> None:
    stored = store(dataset, classes(FILENAMES[:2], [0, 1]), "week 29")
    with pytest.raises(NotAllowedError, match="tag 'week 29' says which samples the labels 'week 29' are of"):
        dataset.delete_tag(dataset.tag("week 29"))
    child = dataset.create_tag("child", np.array([0]), TagOrigin(parent=dataset.tag("week 29")))
    with pytest.raises(NotAllowedError, match="the tag of the labels 'week 29' has children: delete child first"):
        workflow.delete_labels(dataset, stored)
    dataset.delete_tag(child)
    workflow.delete_labels(dataset, stored)
    assert not dataset.has_tag("week 29")
    assert workflow.label_sets(dataset) == []
    with pytest.raises(NotFoundError, match="have been deleted already"):
        workflow.delete_labels(dataset, stored)
    [deleted] = dataset.labels.deleted()
    restored = workflow.restore_labels(dataset, deleted.id)
    assert (restored.id, restored.name) == (stored.id, "week 29")
    assert dataset.tag("week 29").rows.tolist() == [0, 1]
    assert workflow.labels_for(dataset, "classification").rows.tolist() == [0, 1]
    with pytest.raises(NotFoundError, match="cannot be restored"):
        workflow.restore_labels(dataset, deleted.id)


def test_numbers_are_positions_among_the_classes_of_the_model(dataset: Dataset) -> None:
    model(dataset, ["cat", "dog"])
    labels = classes(FILENAMES[:2], [0, 1], class_names=("1", "0"))
    report = workflow.check_labels(dataset, labels)
    assert "Classes are numbers: they are read as positions among the model's: 1 = dog, 0 = cat." in report.sentences()
    workflow.store_labels(dataset, labels, report)
    assert workflow.labels_for(dataset, "classification").labels.class_names == ["dog", "cat"]


def test_nothing_is_said_to_be_stored_of_a_file_about_other_images(dataset: Dataset) -> None:
    model(dataset, ["cat", "dog"])
    report = workflow.check_labels(dataset, boxes(["elsewhere.jpg"]))
    assert not report.usable
    assert not any("they are stored" in sentence for sentence in report.sentences())


def test_classes_that_are_new_and_a_task_without_model_are_said(dataset: Dataset) -> None:
    model(dataset, ["cat", "dog"])
    report = workflow.check_labels(dataset, classes(FILENAMES[:2], [0, 2], class_names=("cat", "fox", "owl")))
    assert report.usable
    assert report.sentences()[1] == (
        "1 class is none of the model's ('owl'): they are stored; the model cannot predict them."
    )
    other = workflow.check_labels(dataset, boxes(FILENAMES[:1]))
    assert "but the models of the dataset are for classification" in other.sentences()[1]


def test_labels_of_no_sample_are_refused_and_nothing_is_stored(dataset: Dataset) -> None:
    labels = classes(["x.png"], [0])
    report = workflow.check_labels(dataset, labels)
    with pytest.raises(InvalidInputError, match="0 of 6 samples have labels"):
        workflow.store_labels(dataset, labels, report)
    usable = classes(FILENAMES[:1], [0])
    with pytest.raises(InvalidInputError, match="tag name '!' is not allowed"):
        store(dataset, usable, "!")
    assert workflow.label_sets(dataset) == []
    with pytest.raises(NotFoundError, match="there are no labels 'week 29'; there are: none yet"):
        dataset.labels.get("week 29")
