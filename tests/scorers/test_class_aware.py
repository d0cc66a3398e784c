import numpy as np

from al_core.scorers.class_aware import CLASS_AWARE, class_aware_entropies


def test_images_without_boxes_have_nothing_to_be_unsure_of() -> None:
    nothing = class_aware_entropies(np.zeros(2, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))
    assert {name: values.tolist() for name, values in nothing.items()} == {name: [0, 0] for name in CLASS_AWARE}


def test_a_confidence_that_is_not_a_number_promises_no_object() -> None:
    values = class_aware_entropies(np.array([1]), np.array([0]), np.array([np.nan]), np.array([0.5]))
    assert values["class_aware_entropy_per_cost"].tolist() == [0.5]


def test_a_crowd_costs_more_than_it_is_worth_by_expected_cost() -> None:
    # Nine sure boxes and a doubtful one, against a doubtful one alone: the same doubt at ten times the labor.
    n_boxes = np.array([10, 1])
    entropies = np.array([0.0] * 9 + [1.0, 1.0])
    values = class_aware_entropies(n_boxes, np.zeros(11, np.int64), np.ones(11), entropies)
    crowd, alone = values["class_aware_entropy_sum"]
    assert crowd == alone
    crowd, alone = values["class_aware_entropy_per_cost"]
    assert np.isclose(alone / crowd, 11 / 2)
