import numpy as np

from al_core import workflow
from al_core.formats import Predictions
from al_core.remote import RemoteDataset
from al_core.steps.predictions import store_model
from al_core.store import Dataset
from tests.conftest import FILENAMES


def classes(probability: float) -> Predictions:
    outputs = np.tile(np.array([probability, 1 - probability], np.float32), (6, 1))
    return Predictions(FILENAMES, ["cat", "dog"], outputs)


def test_models_on_a_server_are_managed_from_here(line: RemoteDataset, dataset: Dataset) -> None:
    for name, probability in (("first", 0.75), ("second", 0.5)):
        report = workflow.check_predictions(line, classes(probability))
        workflow.store_predictions(line, classes(probability), report, name=name)
    assert workflow.models(line) == dataset.models.all()
    first = workflow.rename_model(line, line.models.get("first"), "week 29")
    assert workflow.make_model_current(line, first) == dataset.models.get("week 29")
    workflow.delete_model(line, first)
    assert [model.name for model in workflow.models(line)] == ["second"]
    [deleted] = line.models.deleted()
    assert workflow.restore_model(line, deleted.id).name == "week 29"
    assert workflow.models(line) == dataset.models.all()


def test_on_a_server_of_an_earlier_version_models_are_stored_as_before(earlier: RemoteDataset) -> None:
    report = workflow.check_predictions(earlier, classes(0.75))
    assert store_model(earlier, classes(0.75), report, name="first").is_new
    assert [model.name for model in workflow.models(earlier)] == ["first"]
