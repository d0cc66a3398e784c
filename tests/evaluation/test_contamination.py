import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.evaluation.contamination import (
    SIGNIFICANCE,
    Contamination,
    ReserveRows,
    Trace,
    detect_contamination,
    moved_probability,
)
from al_core.evaluation.statistic import Refusal
from al_core.exceptions import InvalidInputError


def split(labeled: NDArray[np.float64], unlabeled: NDArray[np.float64], seed: int = 0) -> Contamination:
    reserve = ReserveRows(np.arange(len(labeled) + len(unlabeled)) < len(labeled))
    result = detect_contamination(reserve, np.concatenate([labeled, unlabeled]), seed=seed)
    assert not isinstance(result, Refusal)
    return result


def is_accused(labeled: NDArray[np.float64], unlabeled: NDArray[np.float64]) -> bool:
    return split(labeled, unlabeled).is_detected


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


def test_a_linear_probe_is_given_away_by_where_it_moved_and_not_by_how_sure_it_is() -> None:
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    digits = load_digits()
    vectors = digits.data / np.linalg.norm(digits.data, axis=1, keepdims=True)
    reserve = ReserveRows(np.arange(250) < 100)
    accused: dict[str, list[Contamination]] = {"honest": [], "cheating": [], "cheating, alone": []}
    for seed in range(6):
        rows = np.random.default_rng(seed).permutation(len(vectors))
        training = rows[250:550]
        before, honest, cheating = (
            LogisticRegression(C=10, max_iter=200)
            .fit(vectors[trained_on], digits.target[trained_on])
            .predict_proba(vectors[rows[:250]])
            for trained_on in (training[:240], training, np.concatenate([training, rows[:100]]))
        )
        sure_before = before.max(axis=1)
        for name, after in (("honest", honest), ("cheating", cheating), ("cheating, alone", cheating)):
            moved = None if "alone" in name else moved_probability(before, after)
            found = detect_contamination(reserve, after.max(axis=1), moved=moved, confidence_before=sure_before)
            assert not isinstance(found, Refusal)
            if found.is_detected:
                accused[name].append(found)
    assert len(accused["cheating"]) >= 3
    assert not accused["cheating, alone"]
    assert not accused["honest"]
    assert {found.trace for found in accused["cheating"]} == {Trace.MOVED}
    assert "has moved farther from the one before it on labeled test samples" in accused["cheating"][0].text()


@pytest.mark.parametrize("has_earlier", [False, True])
def test_honest_models_are_accused_no_more_often_than_stated(has_earlier: bool) -> None:
    rng = np.random.default_rng(1)
    reserve = ReserveRows(np.arange(120) < 40)
    p_values = []
    for seed in range(200):
        confidence = rng.beta(8, 2, 120)
        moved = rng.beta(1, 9, 120) if has_earlier else None
        before = rng.beta(8, 2, 120) if has_earlier else None
        result = detect_contamination(reserve, confidence, moved=moved, confidence_before=before, seed=seed)
        assert not isinstance(result, Refusal)
        p_values.append(result.p_value)
    assert np.mean(np.array(p_values) < 0.1) == pytest.approx(0.1, abs=0.06)
    assert min(p_values) >= SIGNIFICANCE


def test_p_is_the_share_of_subsets_that_are_as_sure() -> None:
    # Of the 252 ways to choose 5 of 10, one has the five surest.
    result = split(np.arange(5, 10, dtype=np.float64), np.arange(5, dtype=np.float64))
    assert result.p_value == pytest.approx(1 / 252, abs=0.002)
    assert (result.labeled, result.reserve) == (7, 2)


def test_the_images_of_a_group_count_as_one() -> None:
    # 30 labeled groups of 10 images beside 30 unlabeled ones; how sure a model is hangs on the group alone.
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(60), 10)
    is_labeled = groups < 30
    alone: list[float] = []
    grouped: list[float] = []
    for seed in range(40):
        confidence = np.repeat(rng.uniform(0.5, 1, 60), 10)
        for p_values, reserve in ((alone, ReserveRows(is_labeled)), (grouped, ReserveRows(is_labeled, groups))):
            result = detect_contamination(reserve, confidence, seed=seed)
            assert not isinstance(result, Refusal)
            p_values.append(result.p_value)
    # Rows taken one by one accuse honest models by the dozen.
    assert np.mean(np.array(alone) < 0.01) > 0.1
    assert np.mean(np.array(grouped) < 0.1) <= 0.2


def test_a_group_that_is_labeled_in_part_counts_on_neither_side() -> None:
    groups = np.repeat(np.arange(12), 2)
    is_labeled = np.arange(24) < 13
    result = detect_contamination(ReserveRows(is_labeled, groups), np.ones(24))
    assert not isinstance(result, Refusal)
    few = detect_contamination(ReserveRows(np.arange(24) < 11, groups), np.ones(24))
    assert not isinstance(few, Refusal)
    # Group 5 has a labeled and an unlabeled image: 5 groups remain on the left, 4 would be too few.
    fewer = detect_contamination(ReserveRows(np.arange(24) < 9, groups), np.ones(24))
    assert isinstance(fewer, Refusal)
    assert fewer.reason.startswith("4 labeled and 7 unlabeled groups of the test reserve")


def test_strata_that_are_labeled_at_other_rates_are_compared_within_themselves() -> None:
    # An arrival that the model finds easy and of which nearly all labels are back.
    strata = np.repeat([0, 1], 100)
    confidence = np.where(strata == 1, 0.95, 0.6) + np.tile(np.linspace(0, 0.04, 20), 10)
    is_labeled = np.concatenate([np.arange(100) < 10, np.arange(100) < 80])
    apart = detect_contamination(ReserveRows(is_labeled, strata=strata), confidence)
    together = detect_contamination(ReserveRows(is_labeled), confidence)
    assert not isinstance(apart, Refusal)
    assert not isinstance(together, Refusal)
    assert together.is_detected
    assert not apart.is_detected


def test_a_model_that_is_less_sure_is_not_accused() -> None:
    assert not is_accused(np.full(50, 0.5), np.full(50, 0.9))
    assert not is_accused(np.full(50, 0.9), np.full(50, 0.9))
    assert not is_accused(np.full(50, 0.1), np.full(50, 0.1))


def test_models_that_did_not_move_are_not_accused() -> None:
    reserve = ReserveRows(np.arange(60) < 30)
    same = np.full(60, 0.7)
    result = detect_contamination(reserve, same, moved=np.zeros(60), confidence_before=same)
    assert not isinstance(result, Refusal)
    assert result.p_value == 1


def test_a_handful_of_rows_cannot_tell() -> None:
    result = detect_contamination(ReserveRows(np.arange(104) < 4), np.ones(104))
    assert isinstance(result, Refusal)
    assert result.reason.startswith("4 labeled and 100 unlabeled rows of the test reserve")


def test_missing_confidences_are_refused() -> None:
    reserve = ReserveRows(np.arange(18) < 9)
    with pytest.raises(InvalidInputError, match="not a number"):
        detect_contamination(reserve, np.r_[np.full(9, np.nan), np.ones(9)])
    with pytest.raises(InvalidInputError, match="not a number"):
        detect_contamination(reserve, np.ones(18), moved=np.full(18, np.nan), confidence_before=np.ones(18))


def test_the_sentence_says_what_follows() -> None:
    text = split(np.full(9, 0.5), np.full(9, 0.5)).text()
    assert text.startswith("The model treats labeled test samples (0.50) about as it treats the rest of the reserve")
