import numpy as np
import pytest

from al_core.scorers import uncertainty
from al_core.scorers.score import Score
from al_core.scorers.uncertainty import KERNEL_FROM_SIZE, UNCERTAINTY_SCORES, uncertainties


def test_uncertainties_follow_their_definition() -> None:
    scores = uncertainties(np.array([[0.5, 0.25, 0.25]]), normalize=False)
    # 0.5 · 1 bit + 2 · 0.25 · 2 bits
    assert [values.tolist() for values in scores.values()] == [[0.5], [0.75], [1.5]]


@pytest.mark.parametrize("n_classes", [1, 8])
def test_both_sides_of_the_switch_agree(n_classes: int) -> None:
    rows = KERNEL_FROM_SIZE // n_classes
    probabilities = np.random.default_rng(0).random((rows, n_classes))
    by_kernel, by_numpy = uncertainties(probabilities), uncertainties(probabilities[:-1])
    for name, values in by_kernel.items():
        np.testing.assert_allclose(values[:-1], by_numpy[name], rtol=0, atol=1e-13)


def test_the_layout_in_memory_and_the_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    probabilities = np.random.default_rng(0).dirichlet(np.ones(20), 5_000).astype(np.float32)
    expected = uncertainties(probabilities)
    monkeypatch.setattr(uncertainty, "CHUNK_SIZE", 3_000)
    for same in (np.asfortranarray(probabilities), np.repeat(probabilities, 2, axis=0)[::2]):
        for name, values in uncertainties(same).items():
            assert np.array_equal(values, expected[name])


@pytest.mark.parametrize("score", UNCERTAINTY_SCORES, ids=lambda score: score.title)
def test_a_sum_ends_with_the_score(score: Score) -> None:
    probabilities = np.array([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    values = uncertainties(probabilities)[score.name]
    for row, value in zip(probabilities, values, strict=True):
        assert score.work_out is not None
        assert score.work_out(row).endswith(f" = {value:.3f}")


@pytest.mark.parametrize(
    ("name", "sum_"),
    [
        ("uncertainty_least_confidence", "(1 − 0.500) · 4 / 3 = 0.667"),
        ("uncertainty_margin", "1 − (0.500 − 0.500) = 1.000"),
        ("uncertainty_entropy", "1.000 bits / log₂ 4 = 0.500"),
    ],
)
def test_a_sum_shows_the_numbers_that_a_person_would_enter(name: str, sum_: str) -> None:
    score = next(score for score in UNCERTAINTY_SCORES if score.name == name)
    assert score.work_out is not None
    assert score.work_out(np.array([0.0, 0.5, 0.0, 0.5])) == sum_


def test_a_single_probability_stands_for_two_classes() -> None:
    margin = UNCERTAINTY_SCORES[1]
    assert margin.work_out is not None
    assert margin.work_out(np.array([0.75])) == "1 − (0.750 − 0.250) = 0.500"
