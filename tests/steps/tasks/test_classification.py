import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.formats import Predictions
from al_core.steps.tasks import PredictionAttributes
from al_core.steps.tasks.classification import Classification

ATTRIBUTES = PredictionAttributes("classification", ("cat", "dog"))
TASK = Classification()


def test_samples_without_probabilities_are_nan() -> None:
    outputs = np.array([[0.25, 0.75]], np.float32)
    array = TASK.to_array(Predictions(None, ["cat", "dog"], outputs), np.array([2]), outputs, 3)
    np.testing.assert_array_equal(array, [[np.nan, np.nan], [np.nan, np.nan], [0.25, 0.75]])


def test_a_card_lists_the_most_likely_class_first_and_none_that_is_impossible() -> None:
    names = tuple("abcdefg")
    probabilities = np.array([[0.1, 0.4, 0, 0.2, 0.05, 0.15, 0.1], [np.nan] * 7])
    annotations = TASK.annotations("model", probabilities, PredictionAttributes(class_names=names))
    card = TASK.describe(annotations, 0, lambda: None)
    assert card.classes == (("b", 0.4), ("d", 0.2), ("f", 0.15), ("a", 0.1), ("g", 0.1))
    assert TASK.describe(annotations, 1, lambda: None).classes == ()


@pytest.mark.parametrize("array", [np.zeros((3, 3)), np.zeros((2, 2)), np.zeros((3, 2), np.int64)])
def test_a_client_sends_a_row_for_each_sample_and_a_column_for_each_class(array: np.ndarray) -> None:
    with pytest.raises(InvalidInputError, match=r"send floats of shape \(3, 2\)"):
        TASK.check("model", array, ATTRIBUTES, 3)
