from itertools import product

import numpy as np
import pytest

from al_core.evaluation.statistic import Interval, Refusal
from al_core.evaluation.stopping import (
    Sign,
    StopAdvice,
    count_changed,
    stability_sign,
    target_sign,
    unpriced_value_sign,
    value_sign,
)
from al_core.exceptions import InvalidInputError


@pytest.mark.parametrize(("first", "second", "third"), list(product([False, True], repeat=3)))
def test_each_verdict_needs_its_signs(first: bool, second: bool, third: bool) -> None:
    advice = StopAdvice(Sign(first, ""), Sign(second, ""), Sign(third, ""))
    assert advice.is_target_reached is (first and (second or third))
    assert advice.is_more_no_help is (second and third)


def test_three_signs_say_both_verdicts() -> None:
    yes = Sign(True, "")
    assert StopAdvice(yes, yes, yes).text().startswith("Target reached. More labels of this kind no longer help")


def test_the_target_must_be_reached_in_two_rounds_in_a_row() -> None:
    above = Interval(0.9, 0.86, 0.93, n=300)
    below = Interval(0.88, 0.84, 0.91, n=300)
    assert target_sign([below, above, above], 0.85).holds
    assert not target_sign([above, below, above], 0.85).holds
    assert target_sign([below, above], 0.85).figure == (
        "at least 84.0% and 86.0% in the last two rounds, against a target of 85.0%"
    )


def test_a_refused_sign_does_not_hold() -> None:
    refusal = Refusal("no test labels yet")
    above = Interval(0.9, 0.86, 0.93, n=300)
    signs = [
        target_sign([above, refusal], 0.85),
        target_sign([above], 0.85),
        value_sign(refusal, value_per_point=0, price=100),
        unpriced_value_sign(),
        stability_sign(n_changed=0, n_rows=0, n_labels_before=10, n_labels_after=20, bounds_accuracy=True),
        stability_sign(n_changed=0, n_rows=9, n_labels_before=100, n_labels_after=109, bounds_accuracy=True),
        stability_sign(n_changed=0, n_rows=9, n_labels_before=0, n_labels_after=0, bounds_accuracy=True),
    ]
    assert [(sign.holds, sign.is_refused) for sign in signs] == [(False, True)] * 7
    assert signs[0].figure == "no test labels yet"


def test_a_batch_is_not_worth_it_when_even_its_upper_end_costs_more() -> None:
    gain = Interval(0.004, -0.001, 0.012, n=300, level=0.8)
    assert value_sign(gain, value_per_point=50, price=61).holds
    assert not value_sign(gain, value_per_point=50, price=60).holds
    assert value_sign(gain, value_per_point=50, price=60).figure == "the next batch is worth € 0 to € 60 and costs € 60"


def test_changed_predictions_bound_the_change_of_accuracy() -> None:
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 5, 1000)
    before = np.where(rng.random(1000) < 0.7, classes, 0)
    after = np.where(rng.random(1000) < 0.1, classes, before)
    n_changed = count_changed(before, after)
    assert abs(int((after == classes).sum()) - int((before == classes).sum())) <= n_changed
    with pytest.raises(InvalidInputError, match="not on 1000 and 9"):
        count_changed(before, after[:9])


def test_stable_predictions_hold_from_ten_percent_more_labels_on() -> None:
    sign = stability_sign(n_changed=10, n_rows=1000, n_labels_before=100, n_labels_after=110, bounds_accuracy=True)
    assert sign.holds
    assert sign.figure == "the last 10 labels changed 1.0% of predictions, so accuracy moved by at most 1.0 points"


def test_boxes_show_the_share_without_a_bound() -> None:
    sign = stability_sign(n_changed=5, n_rows=1000, n_labels_before=100, n_labels_after=200, bounds_accuracy=False)
    assert (sign.holds, sign.figure) == (True, "the last 100 labels changed 0.5% of predictions")
