import numpy as np

from al_core import workflow
from al_core.formats import Predictions
from al_core.store import Dataset
from tests.conftest import FILENAMES


def classes(n_samples: int) -> Predictions:
    return Predictions(FILENAMES[:n_samples], ["cat", "dog"], np.full((n_samples, 2), 0.5, np.float32))


def test_a_partial_file_says_what_it_leaves_without_a_score(dataset: Dataset) -> None:
    whole = workflow.check_predictions(dataset, classes(6))
    assert workflow.unscored_note(dataset, whole) is None
    partial = workflow.check_predictions(dataset, classes(2))
    note = workflow.unscored_note(dataset, partial)
    assert note
    assert note.startswith("Once it is stored, 4 of 6 images are without a score")
    workflow.store_predictions(dataset, classes(6), whole, name="round 1")
    later = workflow.unscored_note(dataset, partial)
    assert later
    assert later.endswith("The scores of “round 1” stay: it can be made current again")
    workflow.store_predictions(dataset, classes(2), partial, name="round 2")
    assert [model.n_samples for model in workflow.models(dataset)] == [2, 6]
