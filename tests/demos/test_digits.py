import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core import SelectionConfig, workflow
from al_core.demos import digits as digits_demo
from al_core.evaluation import Interval
from al_core.steps.snippet import selection_code
from al_core.store import Dataset, Kind, Workspace
from al_core.workflow import run_selection


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(demo_home, tmp_path / "home")


@pytest.fixture
def digits(home: Path) -> Iterator[Dataset]:
    with Workspace(home) as workspace:
        yield workspace.dataset(digits_demo.NAME)


def test_the_demo_has_scikit_learns_images_and_an_initial_selection(digits: Dataset) -> None:
    assert (digits.n_samples, digits.tag(digits_demo.INITIAL_SELECTION).size) == (1797, 100)
    assert digits.images_dir is not None
    with Image.open(digits.images_dir / digits.filenames(np.array([1796]))[0]) as image:
        assert (image.size, image.getextrema()) == ((64, 64), (0, 255))


def test_its_predictions_come_from_a_model_that_saw_100_labels(digits: Dataset) -> None:
    _, labels = digits_demo.load_digits()
    probabilities = digits.arrays.read(digits.arrays.get(Kind.PREDICTION, "logistic-regression-100"))
    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    assert 0.8 < accuracy < 0.97


def test_it_is_built_once(home: Path, digits: Dataset) -> None:
    with Workspace(home) as workspace:
        assert digits_demo.build(workspace).id == digits.id


def test_the_code_of_a_selection_selects_the_same_again(
    home: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    labeled = digits.tag(digits_demo.INITIAL_SELECTION)
    query = digits.create_tag("first half", np.arange(900))
    config = SelectionConfig("CORAL", 132, seed=3, min_distance=0.05)
    selection = run_selection(digits, config, labeled_tag=labeled, query_tag=query)
    monkeypatch.setenv("AL_CORE_HOME", str(home))
    names: dict[str, list[str]] = {}
    exec(selection_code(digits, selection), names)
    assert names["added_set"] == sorted(digits.filenames(selection.added_rows))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    """The demo as visitors get it, with its three rounds."""
    with Workspace(tmp_path_factory.mktemp("finished")) as workspace:
        yield digits_demo.build(workspace)


def test_three_finished_rounds_are_judged_on_the_real_digits_of_their_test_samples(finished: Dataset) -> None:
    rounds = workflow.rounds(finished)
    assert [each.name for each in rounds] == ["initial-selection", "round 1", "round 2", "round 3"]
    assert [each.state for each in rounds] == ["back"] * 4
    # Of each fifty, twenty test.
    assert [each.n_training for each in rounds] == [100, 130, 160, 190]
    report = workflow.report_rounds(finished, workflow.round_plan(finished))
    assert report.n_tests == 60
    truth = digits_demo.load_digits()[1]
    tests = workflow.test_set(finished)
    for result in report.results:
        assert result.round.model is not None
        assert result.round.model.name == f"logistic-regression-{result.round.n_training}"
        assert result.round.model.predictions is not None
        predicted = finished.arrays.read(result.round.model.predictions).argmax(axis=1)
        assert isinstance(result.accuracy, Interval)
        assert result.accuracy.value == (predicted[tests] == truth[tests]).mean()


def test_each_model_of_the_demo_is_better_than_the_one_before(finished: Dataset) -> None:
    truth = digits_demo.load_digits()[1]
    models = [each.model for each in workflow.rounds(finished)]
    accuracies = []
    for model in models:
        assert model is not None
        assert model.predictions is not None
        accuracies.append((finished.arrays.read(model.predictions).argmax(axis=1) == truth).mean())
    assert accuracies == sorted(accuracies)
    assert accuracies[-1] > 0.95


def test_all_labels_of_the_demo_are_real_and_can_be_had_for_training(finished: Dataset) -> None:
    truth = digits_demo.load_digits()[1]
    labels = workflow.labels_for(finished, "classification")
    assert labels.first_classes.tolist() == truth[labels.rows].tolist()
    assert len(labels.rows) == 250
    assert len(workflow.export_training_labels(finished).splitlines()) == 1 + 190
