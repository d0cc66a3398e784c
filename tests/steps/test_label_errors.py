import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import Cancelled, MissingInputError
from al_core.formats import Labels
from al_core.formats.labels.labels import LABEL_BOX, LABEL_CLASS
from al_core.steps.class_label_errors import PROBE
from al_core.steps.label_error_search import tag_errors
from al_core.store import Dataset, TagRole, Workspace
from al_core.types import Rows
from al_core.utils import ObjectDetectionOutput
from tests.steps import project
from tests.steps.judges import objects_project


def label_wrongly(dataset: Dataset, rows: Rows, wrong: Rows) -> None:
    """Bring back labels of which some are false."""
    right = project.TRUTH.copy()
    project.TRUTH[wrong] = 1 - project.TRUTH[wrong]
    project.label(dataset, rows)  # type: ignore[arg-type]
    project.TRUTH[:] = right


def test_the_newest_model_that_came_before_the_labels_judges_them(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.upload(dataset, "before", np.empty(0, np.int64), confidence=0.95)
    label_wrongly(dataset, np.arange(60), np.array([7, 30]))
    # A model that has learned the labels says nothing about them.
    project.upload(dataset, "after", np.array([7, 30]), confidence=0.99)
    found = workflow.label_errors(dataset)
    assert sorted(found.likely_rows.tolist()) == [7, 30]
    worst = found.errors[0]
    assert (worst.judge, worst.kind) == ("before", "other class")
    assert {(error.labeled, error.suggested) for error in found.errors if error.is_likely} == {
        ("cat", "dog"),
        ("dog", "cat"),
    }
    assert (found.n_judged, found.n_unjudged) == (60, 0)
    tag = tag_errors(dataset, found.likely_rows, "relabel")
    assert (tag.size, tag.role) == (2, TagRole.REGION)


def test_without_a_model_a_probe_judges(workspace: Workspace) -> None:
    angles = np.concatenate([np.linspace(0, 0.5, 50), np.linspace(2, 2.5, 50)])
    names = [f"{row}.png" for row in range(100)]
    dataset = workflow.create_dataset(workspace, "two groups", names, np.column_stack([np.cos(angles), np.sin(angles)]))
    classes = np.repeat([0, 1], 50)
    classes[[10, 80]] = [1, 0]
    table = np.array(list(enumerate(classes.tolist())), LABEL_CLASS)
    sizes = np.full((100, 2), np.nan, np.float32)
    labels = Labels(names, ["cat", "dog"], "classification", [""] * 100, np.full(100, np.nan), sizes, classes=table)
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))
    found = workflow.label_errors(dataset)
    assert sorted(error.row for error in found.errors[:2]) == [10, 80]
    assert {error.judge for error in found.errors} == {PROBE}


def test_boxes_that_a_model_is_sure_of_and_nobody_drew_are_missed(workspace: Workspace) -> None:
    dataset = objects_project.begin(workspace)
    corners = np.array([objects_project.CORNERS["cat"], objects_project.CORNERS["dog"]])
    output = ObjectDetectionOutput(corners, np.array([0.9, 0.8]), np.eye(2))
    objects_project.model(dataset, "object-detection", [output] * 400)
    names = dataset.filenames(np.arange(3))
    sizes = np.full((3, 2), np.nan, np.float32)
    boxes = [(row, 0, 0, *objects_project.CORNERS["cat"]) for row in range(3)]
    boxes += [(row, 1, 1, *objects_project.CORNERS["dog"]) for row in range(2)]
    table = np.array(sorted(boxes), LABEL_BOX)
    labels = Labels(names, ["cat", "dog"], "object-detection", [""] * 3, np.full(3, np.nan), sizes, boxes=table)
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))
    found = workflow.label_errors(dataset)
    assert [(error.row, error.kind, error.suggested) for error in found.errors if error.is_likely] == [
        (2, "missed", "dog")
    ]
    assert found.errors[0].text() == "missed dog · 80%"


def test_labels_about_which_people_disagree_are_marked(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.upload(dataset, "before", np.empty(0, np.int64), confidence=0.95)
    other = Labels(
        ["007.png"],
        ["cat", "dog"],
        "classification",
        ["first person"],
        np.full(1, np.nan),
        np.full((1, 2), np.nan, np.float32),
        classes=np.array([(0, 1)], LABEL_CLASS),
    )
    workflow.store_labels(dataset, other, workflow.check_labels(dataset, other), name="first opinion")
    # Of two people the later one counts.
    label_wrongly(dataset, np.arange(60), np.array([7, 30]))
    found = workflow.label_errors(dataset)
    assert [error.row for error in found.errors if error.annotators_disagree] == [7]


def test_the_search_says_how_far_it_is_and_stops_when_it_is_told(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.label(dataset, np.arange(60))
    seen: list[tuple[int, int]] = []
    workflow.label_errors(dataset, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 60)
    assert seen[-1] == (60, 60)
    # Five folds of the probe.
    assert len(seen) >= 6
    assert seen == sorted(seen)

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        workflow.label_errors(dataset, progress=stop)


def test_the_search_never_goes_back_where_a_model_has_judged_a_part_of_the_labels(workspace: Workspace) -> None:
    dataset = project.begin(workspace)
    project.label(dataset, np.arange(40))
    project.upload(dataset, "between", np.empty(0, np.int64))
    project.label(dataset, np.arange(40, 60))
    seen: list[int] = []
    found = workflow.label_errors(dataset, progress=lambda done, total: seen.append(done))
    assert found.n_judged == 60
    # The model's 20, then the 40 of the probe in five folds.
    assert seen[:7] == [0, 20, 28, 36, 44, 52, 60]
    assert seen == sorted(seen)


def test_without_labels_there_is_nothing_to_look_at(workspace: Workspace) -> None:
    with pytest.raises(MissingInputError, match="labels of classes or boxes are needed"):
        workflow.label_errors(project.begin(workspace))
