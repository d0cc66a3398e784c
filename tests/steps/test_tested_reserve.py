import numpy as np
import pytest
from numpy.typing import NDArray

from al_core import workflow
from al_core.formats import Predictions
from al_core.steps.reserve import read_reserve
from al_core.steps.tested_reserve import TestedReserve, earlier_model
from al_core.store import LocalDataset, Workspace
from tests.steps import project


def store(
    dataset: LocalDataset, name: str, cat: NDArray[np.float64], class_names: tuple[str, str] = ("cat", "dog")
) -> None:
    """Store a model that gives every sample this chance of being a cat."""
    outputs = np.column_stack([cat, 1 - cat]).astype(np.float32)
    if class_names == ("dog", "cat"):
        outputs = outputs[:, ::-1]
    predictions = Predictions(project.NAMES, list(class_names), outputs)
    workflow.store_predictions(dataset, predictions, workflow.check_predictions(dataset, predictions), name=name)


@pytest.fixture
def tested(workspace: Workspace) -> tuple[LocalDataset, TestedReserve]:
    dataset = project.begin(workspace)
    selection = project.select(dataset, 1, 100)
    project.label(dataset, selection.added_rows)
    reserve = read_reserve(dataset)
    assert reserve
    return dataset, TestedReserve.of(reserve, selection.test_rows, None)


def test_labels_come_first_and_the_rest_of_the_reserve_after_them(
    tested: tuple[LocalDataset, TestedReserve],
) -> None:
    _, reserve = tested
    assert len(reserve.rows) == 40
    assert reserve.is_labeled.tolist() == [True] * 20 + [False] * 20
    assert sorted(set(reserve.strata.tolist())) == [0]


def test_a_model_that_moved_only_on_labeled_test_samples_is_accused(
    tested: tuple[LocalDataset, TestedReserve],
) -> None:
    dataset, reserve = tested
    store(dataset, "first", np.full(400, 0.6))
    store(dataset, "honest", np.full(400, 0.7))
    moved = np.full(400, 0.7)
    # As sure of the other class: confidence alone does not see it.
    moved[reserve.rows[reserve.is_labeled]] = 0.3
    store(dataset, "cheat", moved)
    first, honest, cheat = (dataset.models.get(name) for name in ("first", "honest", "cheat"))
    assert earlier_model(dataset, first) is None
    earlier = earlier_model(dataset, cheat)
    assert earlier is not None
    assert earlier.name == "honest"
    assert reserve.reason(dataset, first) is None
    assert reserve.reason(dataset, honest) is None
    reason = reserve.reason(dataset, cheat)
    assert reason is not None
    assert reason.startswith(
        "The model has moved farther from the one before it on labeled test samples (0.40) than on "
        "the rest of the reserve (0.00)"
    )


def test_classes_in_another_order_are_no_move(tested: tuple[LocalDataset, TestedReserve]) -> None:
    dataset, reserve = tested
    chances = np.where(np.isin(np.arange(400), reserve.rows[reserve.is_labeled]), 0.3, 0.7)
    store(dataset, "first", chances)
    store(dataset, "second", chances, ("dog", "cat"))
    assert reserve.reason(dataset, dataset.models.get("second")) is None
