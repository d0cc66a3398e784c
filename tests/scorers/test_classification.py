import tracemalloc
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.exceptions import ALCoreWarning, InvalidInputError
from al_core.scorers import ScorerClassification
from al_core.scorers.uncertainty import KERNEL_FROM_SIZE

LEAST_CONFIDENCE, MARGIN, ENTROPY = ScorerClassification.score_names()


def scores_of(
    probabilities: NDArray[Any] | list[list[float]], *, are_logits_meant: bool = False, **options: Any
) -> dict[str, NDArray[np.floating]]:
    return ScorerClassification(probabilities, are_logits_meant=are_logits_meant).calculate_scores(**options)


def test_least_confidence_and_margin_follow_their_definition_exactly() -> None:
    scores = scores_of([[0.7, 0.2, 0.1], [0.4, 0.5, 0.1]])
    assert scores[LEAST_CONFIDENCE].tolist() == [(1 - 0.7) / (1 - 1 / 3), (1 - 0.5) / (1 - 1 / 3)]
    assert scores[MARGIN].tolist() == [1 - (0.7 - 0.2), 1 - (0.5 - 0.4)]


def test_entropy_is_measured_in_bits_and_divided_by_its_largest_value() -> None:
    probabilities = [[0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.25]]
    assert scores_of(probabilities, normalize_to_0_1=False)[ENTROPY].tolist() == [1.75, 2.0]
    assert scores_of(probabilities)[ENTROPY].tolist() == [0.875, 1.0]


def test_raw_scores_are_neither_divided_nor_clipped() -> None:
    scores = scores_of([[0.25, 0.25, 0.25, 0.25], [3.0, 0.5, 0.0, 0.0]], normalize_to_0_1=False)
    assert scores[LEAST_CONFIDENCE].tolist() == [0.75, -2.0]
    assert scores[MARGIN].tolist() == [1.0, -1.5]


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_a_certain_prediction_scores_zero_and_an_uncertain_one_scores_one(n_classes: int) -> None:
    probabilities = np.vstack([np.eye(1, n_classes), np.full((1, n_classes), 1 / n_classes)])
    for values in scores_of(probabilities).values():
        np.testing.assert_allclose(values, [0, 1], atol=1e-12)


def test_one_column_is_the_probability_of_the_first_of_two_classes() -> None:
    expected = scores_of([[0.75, 0.25], [0.5, 0.5]])
    for name, values in scores_of([[0.75], [0.5]]).items():
        assert values.tolist() == expected[name].tolist()


def test_rows_that_do_not_sum_to_one_are_scored_and_clipped() -> None:
    scores = scores_of([[0.25, 0.25, 0.25], [2.0, 1.0, -1.0]])
    assert scores[LEAST_CONFIDENCE].tolist() == [1.0, 0.0]
    np.testing.assert_allclose(scores[ENTROPY], [1.5 / np.log2(3), 0.0])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n_rows", [3, KERNEL_FROM_SIZE])
def test_a_row_that_is_not_finite_scores_zero(value: float, n_rows: int) -> None:
    probabilities = np.full((n_rows, 3), 1 / 3)
    probabilities[1, 2] = value
    for values in scores_of(probabilities).values():
        np.testing.assert_allclose(values[:3], [1, 0, 1], atol=1e-12)


@pytest.mark.parametrize("empty", [[], np.empty(0), np.empty((0, 0)), np.empty((0, 5))])
def test_no_predictions_give_empty_scores(empty: Any) -> None:
    assert {name: values.shape for name, values in scores_of(empty).items()} == {
        LEAST_CONFIDENCE: (0,),
        MARGIN: (0,),
        ENTROPY: (0,),
    }


@pytest.mark.parametrize(
    ("model_output", "message"),
    [
        ([0.5, 0.5], r"not \(2,\)"),
        (np.zeros((2, 2, 2)), r"not \(2, 2, 2\)"),
        ([[], []], r"at least one class, not \(2, 0\)"),
        ([[0.5, 0.5], [1.0]], "rows of equal length"),
        ([["cat", "dog"]], "real numbers"),
        (0.5, r"not \(1,\)"),
    ],
)
def test_predictions_of_the_wrong_shape_are_explained(model_output: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        ScorerClassification(model_output)


@pytest.mark.parametrize(
    ("given", "scored"),
    [(np.float16, np.float32), (np.float32, np.float32), (np.float64, np.float64), (np.int64, np.float64)],
)
def test_scores_have_the_precision_of_the_predictions(given: type[np.number], scored: type[np.floating]) -> None:
    assert {values.dtype for values in scores_of(np.eye(3, dtype=given)).values()} == {np.dtype(scored)}


def test_scoring_needs_no_copy_of_the_predictions() -> None:
    probabilities = np.full((100_000, 50), 0.02, dtype=np.float32)
    scores_of(probabilities)
    tracemalloc.start()
    scores_of(probabilities)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.15 * probabilities.nbytes


def test_logits_are_scored_with_a_warning_that_says_what_to_do() -> None:
    logits = [[2.0, -1.0, 0.5], [-0.5, 3.0, -2.0], [0.5, 0.25, 0.25]]
    with pytest.warns(ALCoreWarning, match=r"below 0 in most rows, down to -2, .* give probabilities"):
        scorer = ScorerClassification(logits)
    assert scorer.calculate_scores()[MARGIN].tolist() == [0.0, 0.0, 0.75]


@pytest.mark.parametrize("model_output", [[[0.5, 0.5 + 1e-6, -1e-6]], [[1, 0], [-1, 2]], [[np.nan, -1.0]]])
def test_rounding_and_single_rows_below_0_need_no_warning(model_output: list[list[float]]) -> None:
    assert len(ScorerClassification(model_output).calculate_scores()[MARGIN]) == len(model_output)


def test_somebody_who_means_logits_gets_no_warning() -> None:
    assert scores_of([[2.0, -1.0]], are_logits_meant=True)[MARGIN].tolist() == [0.0]
