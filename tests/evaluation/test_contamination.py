import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.evaluation.contamination import SIGNIFICANCE, detect_contamination
from al_core.evaluation.statistic import Refusal
from al_core.exceptions import InvalidInputError


def is_accused(labeled: NDArray[np.float64], unlabeled: NDArray[np.float64], seed: int = 0) -> bool:
    result = detect_contamination(labeled, unlabeled, seed)
    assert not isinstance(result, Refusal)
    return result.is_detected


def test_a_model_trained_on_its_test_samples_is_detected() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(400, 200))
    classes = rng.integers(0, 3, 400)
    honest = LogisticRegression(C=10).fit(vectors[200:], classes[200:])
    cheating = LogisticRegression(C=10).fit(vectors[50:], classes[50:])
    # Rows 0 to 49 are the unlabeled reserve, 50 to 99 the labeled test samples.
    for model, expected in ((honest, False), (cheating, True)):
        confidence = model.predict_proba(vectors[:100]).max(axis=1)
        assert is_accused(confidence[50:], confidence[:50]) is expected


def test_honest_models_are_accused_no_more_often_than_stated() -> None:
    rng = np.random.default_rng(1)
    p_values = []
    for seed in range(200):
        confidence = rng.beta(8, 2, 120)
        result = detect_contamination(confidence[:40], confidence[40:], seed)
        assert not isinstance(result, Refusal)
        p_values.append(result.p_value)
    assert np.mean(np.array(p_values) < 0.1) == pytest.approx(0.1, abs=0.06)
    assert min(p_values) >= SIGNIFICANCE


def test_p_is_the_share_of_subsets_that_are_as_sure() -> None:
    # Of the 252 ways to choose 5 of 10, one has the five surest.
    result = detect_contamination(np.arange(5) + 5.0, np.arange(5.0))
    assert not isinstance(result, Refusal)
    assert result.p_value == pytest.approx(1 / 252, abs=0.002)
    assert (result.labeled_confidence, result.reserve_confidence) == (7, 2)


def test_a_model_that_is_less_sure_is_not_accused() -> None:
    assert not is_accused(np.full(50, 0.5), np.full(50, 0.9))
    assert not is_accused(np.full(50, 0.9), np.full(50, 0.9))
    assert not is_accused(np.full(50, 0.1), np.full(50, 0.1))


def test_a_handful_of_rows_cannot_tell() -> None:
    result = detect_contamination(np.ones(4), np.ones(100))
    assert isinstance(result, Refusal)
    assert result.reason.startswith("4 labeled and 100 unlabeled rows of the test reserve")


def test_missing_confidences_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="not a number"):
        detect_contamination(np.full(9, np.nan), np.ones(9))


def test_the_sentence_says_what_follows() -> None:
    result = detect_contamination(np.full(9, 0.5), np.full(9, 0.5))
    assert result.text().startswith("The model is about as sure of labeled test samples (0.50) as of the rest")
