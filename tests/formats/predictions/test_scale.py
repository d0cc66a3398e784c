import numpy as np
import pytest

from al_core.formats import Predictions, ReadingChoices
from al_core.formats.predictions.scale import on_probability_scale

PROBABILITIES = np.array([[0.25, 0.75], [0.5, 0.5], [1, 0]])
LOGITS = np.array([[0, np.log(3)], [-5, 5], [2, -7]])


def read(matrix: np.ndarray, softmax: bool | None = None) -> Predictions:
    names = [f"{row}.png" for row in range(len(matrix))]
    classes = [f"c{number}" for number in range(matrix.shape[1])]
    predictions = Predictions(names, classes, matrix.astype(np.float32))
    return on_probability_scale(predictions, ReadingChoices(softmax=softmax))


def said(predictions: Predictions) -> list[tuple[str, str]]:
    return [(finding.what, str(finding.severity)) for finding in predictions.findings]


def test_probabilities_are_left_as_they_are() -> None:
    predictions = read(PROBABILITIES)
    np.testing.assert_array_equal(predictions.outputs, PROBABILITIES)
    assert said(predictions) == []


@pytest.mark.parametrize(
    ("matrix", "what"), [(100 * PROBABILITIES, "percent"), (np.log(PROBABILITIES + 1e-30), "log-probabilities")]
)
def test_percent_and_logarithms_become_probabilities(matrix: np.ndarray, what: str) -> None:
    predictions = read(matrix)
    np.testing.assert_allclose(predictions.outputs, PROBABILITIES, atol=1e-6)
    assert said(predictions) == [(what, "note")]


def test_percent_whose_rows_do_not_sum_to_100_are_not_divided() -> None:
    predictions = read(np.array([[90, 80], [70, 3], [5, 60]]))
    assert said(predictions) == [("not-probabilities-at-all", "refusal")]
    assert predictions.outputs.max() == 90


def test_rows_within_0_to_1_with_any_sum_are_of_independent_classes() -> None:
    predictions = read(np.array([[0.9, 0.8], [0.1, 0.2], [0.5, 0.9]]))
    assert predictions.task == "multi-label-classification"
    assert said(predictions) == [("multi-label", "note")]


def test_a_sample_of_one_class_may_have_any_probability() -> None:
    assert read(np.array([[0.2], [0.9]])).task == "classification"


def test_logits_are_refused_softened_or_used_as_somebody_says() -> None:
    assert said(read(LOGITS)) == [("logits", "refusal")]
    np.testing.assert_allclose(read(LOGITS, softmax=True).outputs[0], [0.25, 0.75], rtol=1e-6)
    as_they_are = read(LOGITS, softmax=False)
    np.testing.assert_allclose(as_they_are.outputs, LOGITS, rtol=1e-6)
    assert said(as_they_are) == [("logits-as-they-are", "note")]


def test_a_softmax_of_one_column_is_that_of_two_classes() -> None:
    np.testing.assert_allclose(read(np.array([[0.0], [np.log(3)], [-4]]), softmax=True).outputs[:2], [[0.5], [0.75]])


@pytest.mark.parametrize("matrix", [PROBABILITIES, 100 * PROBABILITIES])
def test_a_softmax_of_probabilities_is_refused(matrix: np.ndarray) -> None:
    assert said(read(matrix, softmax=True)) == [("softmax-of-probabilities", "refusal")]


def test_rounding_is_forgiven_and_counted_and_more_is_refused() -> None:
    slight = read(np.array([[1.00009, -0.00009], [0.5, 0.5], [0.25, 0.75]]))
    assert slight.outputs[0].tolist() == [1, 0]
    assert slight.findings[0].text.startswith("1 row has a value up to 0.0001 outside 0 to 1")
    more = read(np.array([[1.0003, -0.0003], [0.5, 0.5], [0.25, 0.75]]))
    assert said(more) == [("out-of-range", "refusal")]
    assert more.findings[0].names == ("0.png",)
