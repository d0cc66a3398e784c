"""A fifth task, registered with one line: how many cells a model counts in each image, 0 to 10."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core import workflow
from al_core.exceptions import InvalidInputError
from al_core.formats import Predictions
from al_core.formats.predictions.annotations import Annotations
from al_core.remote import RemoteWorkspace
from al_core.scorers import Scorer
from al_core.steps.predictions import find_predictions, task_of
from al_core.steps.sample_card import describe_sample
from al_core.steps.tasks import TASKS, PredictionAttributes, PredictionCard, Task, find_task
from al_core.steps.tasks.task import ImageSize
from al_core.store import Dataset, Kind, Workspace
from al_core.types import Rows, Scores
from tests.api.conftest import api_server


class ScorerCrowded(Scorer):
    def calculate_scores(self) -> dict[str, Scores]:
        return {"crowded": np.asarray(self.model_output) / 10}


class Counting(Task):
    name = "counting"
    kind = "count"
    scorer = ScorerCrowded

    def to_array(self, predictions: Predictions, rows: Rows, outputs: Any, n_samples: int) -> NDArray[Any]:
        counts = np.full(n_samples, np.nan)
        counts[rows] = outputs
        return counts

    def check(self, name: str, array: NDArray[Any], attributes: PredictionAttributes, n_samples: int) -> None:
        if array.shape != (n_samples,):
            raise InvalidInputError(f"counts '{name}' have shape {array.shape}; send one for each sample")

    def annotations(self, model: str, array: NDArray[Any], attributes: PredictionAttributes) -> Annotations:
        return Annotations(model, attributes.class_names, probabilities=array[:, None])

    def describe(self, annotations: Annotations, row: int, image_size: ImageSize) -> PredictionCard:
        assert annotations.probabilities is not None
        return PredictionCard(classes=(("cells", float(annotations.probabilities[row, 0])),))


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TASKS, Counting.name, Counting())


def counts() -> Predictions:
    return Predictions(["b.png", "a.png"], ["cell"], np.array([4.0, 9.0]), "counting")


def test_its_predictions_are_scored_stored_and_shown(dataset: Dataset) -> None:
    report = workflow.check_predictions(dataset, counts(), source="counts.csv")
    assert workflow.store_predictions(dataset, counts(), report, name="counter") == ["crowded"]
    crowded = dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "crowded"))
    np.testing.assert_array_equal(crowded, [0.9, 0.4, np.nan, np.nan, np.nan, np.nan])
    stored = find_predictions(dataset)
    assert stored
    assert (stored.kind, stored.name, task_of(stored).name) == ("count", "counter", "counting")
    assert describe_sample(dataset, 1).prediction.classes == (("cells", 4.0),)


def test_another_machine_stores_its_array_on_a_server(workspace: Workspace, dataset: Dataset, tmp_path: Path) -> None:
    with api_server(workspace) as address:
        remote = RemoteWorkspace(address, None, tmp_path / "cache").dataset(dataset.id)
        workflow.store_predictions(remote, counts(), workflow.check_predictions(remote, counts()), name="counter")
    assert dataset.arrays.get("count", "counter").shape == (6,)


def test_a_task_that_nobody_registered_is_named() -> None:
    with pytest.raises(InvalidInputError, match="no task 'depth'; there are: classification, object-detection"):
        find_task("depth")
