import pytest

from al_core.evaluation.claims import claim_need, labels_for_claim
from al_core.evaluation.intervals import share_interval
from al_core.evaluation.statistic import Refusal


@pytest.mark.parametrize(("accuracy", "target"), [(0.87, 0.85), (0.9, 0.85), (0.99, 0.5), (1, 0.95)])
def test_so_many_labels_are_enough_and_one_less_is_not(accuracy: float, target: float) -> None:
    n_labels = labels_for_claim(accuracy, target)
    assert n_labels is not None
    assert share_interval(accuracy * n_labels, n_labels).is_above(target)
    assert not share_interval(accuracy * (n_labels - 1), n_labels - 1).is_above(target)


def test_a_model_below_the_target_never_supports_the_claim() -> None:
    need = claim_need(share_interval(80, 100), 0.85, n_reserve=100)
    assert (need.n_labels, need.n_more, need.fits_reserve) == (None, None, False)
    assert need.narrowest == share_interval(160, 200)


def test_a_claim_that_holds_already_needs_no_more() -> None:
    need = claim_need(share_interval(950, 1000), 0.85, n_reserve=0)
    assert (need.n_more, need.fits_reserve) == (0, True)


def test_without_test_labels_the_need_is_refused_with_the_reason() -> None:
    refusal = Refusal("no test labels yet")
    assert claim_need(refusal, 0.85, 100).narrowest is refusal


def test_what_is_refused_before_any_label_is_back_needs_nothing_but_its_round() -> None:
    assert claim_need(Refusal("no test labels yet", n=0, n_needed=1), 0.85, 100).n_more is None
    assert claim_need(Refusal("2 test images; 30 are needed", n=2, n_needed=30), 0.85, 100).n_more == 28
