"""What goes wrong when labels and models come back: each is a sentence or a refusal, and nothing is half-stored.

The same files go through the workflow, over HTTP and through the shell; tests/pages/test_labels.py drops one on a page.
"""

import threading
from pathlib import Path

import numpy as np
import pytest
import requests

from al_core import workflow
from al_core.commands.main import main
from al_core.exceptions import ALCoreError, NotAllowedError
from al_core.formats import Predictions, read_labels
from al_core.store import Dataset, LocalDataset, Workspace
from tests.api.conftest import api_server
from tests.patience import PATIENCE
from tests.steps import project

BAD_FILES = {
    "empty.csv": (b"", "empty"),
    "header-only.csv": (b"filename,label\n", "no rows"),
    "empty.json": (b"{}", ""),
    "no-annotations.json": (b'{"images": [], "annotations": [], "categories": []}', ""),
    "cut-off.json": (b'{"images": [{"id": 1, "file_', ""),
    "unknown-names.csv": (b"filename,label\nnobody.png,cat\n", "is in the dataset, which has names like '000.png'"),
    "unknown-category.json": (
        b'{"images": [{"id": 1, "file_name": "000.png", "width": 9, "height": 9}], "categories": [], '
        b'"annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [0, 0, 1, 1]}]}',
        "7",
    ),
}


@pytest.fixture
def trained(workspace: Workspace) -> LocalDataset:
    """A project with a round, its labels and a model."""
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 50)
    project.label(dataset, selection.added_rows)
    project.upload(dataset, "model 1", np.arange(20))
    return dataset


def state_of(dataset: LocalDataset) -> tuple[object, ...]:
    """What would show that something was half-stored."""
    tags = [(tag.name, tag.role, tag.size) for tag in dataset.tags()]
    labels = [stored.id for stored in dataset.labels.all()]
    arrays = sorted((stored.kind, stored.name, stored.digest) for stored in dataset.arrays.every())
    return tags, labels, [model.id for model in dataset.models.all()], arrays


def bring_back(dataset: Dataset, file: Path) -> None:
    labels = read_labels(file)
    workflow.store_labels(dataset, labels, workflow.check_labels(dataset, labels))


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_alike_in_python_over_http_and_in_the_shell(
    workspace: Workspace, trained: LocalDataset, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = BAD_FILES[name]
    file = tmp_path / name
    file.write_bytes(content)
    before = state_of(trained)
    with pytest.raises(ALCoreError) as refused:
        bring_back(trained, file)
    assert said in str(refused.value)
    with api_server(workspace) as address:
        url = f"{address}/v1/datasets/{trained.id}/labels"
        answer = requests.put(url, data=content, params={"name": name}, timeout=PATIENCE)
    assert answer.status_code in (400, 422)
    assert said in answer.json()["message"]
    place = ["--dataset", "project", "--workspace", str(workspace.home)]
    assert main(["labels", "add", str(file), *place]) == 1
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    assert "Traceback" not in printed.err
    assert state_of(trained) == before


def test_labels_of_new_classes_and_of_another_task_are_stored_and_said_to_be_so(
    trained: LocalDataset, tmp_path: Path
) -> None:
    classes = tmp_path / "classes.csv"
    classes.write_text("filename,label\n000.png,cat\n001.png,zebra\n")
    labels = read_labels(classes)
    report = workflow.check_labels(trained, labels)
    assert any("class is none of the model's ('zebra')" in sentence for sentence in report.sentences())
    boxes = tmp_path / "boxes.csv"
    boxes.write_text("filename,label,x0,y0,x1,y1\n000.png,cat,0.1,0.1,0.5,0.5\n")
    labels = read_labels(boxes)
    report = workflow.check_labels(trained, labels)
    assert any(
        "for object-detection, but the models of the dataset are for classification" in s for s in report.sentences()
    )
    workflow.store_labels(trained, labels, report, name="boxes")
    # Labels for which there is no model leave what is said of the others alone.
    judged = workflow.report_rounds(trained, workflow.round_plan(trained))
    assert judged.task == "classification"
    assert judged.results[-1].accuracy.speaks


def test_a_model_without_predictions_for_the_test_samples_is_not_judged_on_the_rest(trained: LocalDataset) -> None:
    tested = workflow.test_set(trained)
    others = np.setdiff1d(np.arange(project.N_SAMPLES), tested)
    outputs = np.full((len(others), 2), 0.5, np.float32)
    predictions = Predictions([project.NAMES[row] for row in others.tolist()], ["cat", "dog"], outputs)
    report = workflow.check_predictions(trained, predictions)
    workflow.store_predictions(trained, predictions, report, name="blind")
    last = workflow.report_rounds(trained, workflow.round_plan(trained)).results[-1]
    assert last.round.model is not None
    assert last.round.model.name == "blind"
    assert not last.accuracy.speaks
    assert last.accuracy.text()


def test_a_round_in_the_middle_is_not_deleted_from_under_the_later_ones(trained: LocalDataset) -> None:
    for number in (2, 3):
        selection = project.select(trained, number, 50)
        project.label(trained, selection.added_rows)
        project.upload(trained, f"model {number}", np.arange(20 - 5 * number))
    before = state_of(trained)
    with pytest.raises(NotAllowedError, match="tag 'round 2' has children: delete round 3 first"):
        trained.delete_tag(trained.tag("round 2"))
    assert state_of(trained) == before


def test_the_last_round_may_be_deleted_and_its_labels_go_on_counting(trained: LocalDataset) -> None:
    selection = project.select(trained, 2, 50)
    project.label(trained, selection.added_rows)
    project.upload(trained, "model 2", np.arange(10))
    n_training = len(workflow.training_set(trained))
    n_tests = len(workflow.test_set(trained))
    trained.delete_tag(trained.tag("round 2"))
    report = workflow.report_rounds(trained, workflow.round_plan(trained))
    [result] = report.results
    # The newest model since the round that is left.
    assert result.round.model is not None
    assert result.round.model.name == "model 2"
    assert result.accuracy.speaks
    assert (len(workflow.training_set(trained)), len(workflow.test_set(trained))) == (n_training, n_tests)


# The last of these rounds use up the reserve.
@pytest.mark.filterwarnings("ignore:the test share asks for 10 test images:al_core.exceptions.ALCoreWarning")
def test_a_curve_that_falls_is_said_to_fall_and_no_gain_is_promised(trained: LocalDataset) -> None:
    for number in (2, 3, 4, 5):
        selection = project.select(trained, number, 50)
        project.label(trained, selection.added_rows)
        # Every model is wrong on more images than the one before.
        project.upload(trained, f"model {number}", np.arange(40 * number))
    report = workflow.report_rounds(trained, workflow.round_plan(trained))
    values = [result.accuracy.value for result in report.results if result.accuracy.speaks]
    assert values == sorted(values, reverse=True)
    gain = report.forecast.last_gain
    assert gain.speaks
    assert gain.value < 0
    assert not report.advice.is_target_reached
    assert report.forecast.text(0.99, report.n_next)


def test_two_people_who_upload_the_same_labels_at_once_store_them_once(
    workspace: Workspace, trained: LocalDataset
) -> None:
    content = b"filename,label\n" + b"".join(b"%03d.png,cat\n" % row for row in range(200, 260))
    answers: list[requests.Response] = []
    with api_server(workspace) as address:
        url = f"{address}/v1/datasets/{trained.id}/labels"
        barrier = threading.Barrier(4)

        def upload(name: str) -> None:
            barrier.wait(PATIENCE)
            answers.append(requests.put(url, data=content, params={"name": name}, timeout=PATIENCE))

        threads = [threading.Thread(target=upload, args=(f"person {number % 2}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert {answer.status_code for answer in answers} <= {200, 409}
    new = [stored for stored in trained.labels.all() if stored.name.startswith("person")]
    assert 1 <= len(new) <= 2
    assert all(stored.n_samples == 60 for stored in new)
    labeled = workflow.labels_for(trained, "classification")
    assert int(np.isin(np.arange(200, 260), labeled.rows).sum()) == 60
    assert not labeled.disagrees[np.isin(labeled.rows, np.arange(200, 260))].any()
