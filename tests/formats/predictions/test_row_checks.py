import numpy as np

from al_core.formats.predictions.row_checks import IndependentChecks, ProbabilityChecks, RowChecks


def test_probabilities_differ_by_value_and_nan_equals_nan() -> None:
    outputs = np.array([[0.5, np.nan], [0.5, np.nan], [0.5, 0.5]], dtype=np.float32)
    assert not ProbabilityChecks().differ(outputs, 0, 1)
    assert ProbabilityChecks().differ(outputs, 0, 2)


def test_rows_that_are_not_finite_are_not_counted_as_wrong_sums() -> None:
    bad = ProbabilityChecks().bad_rows(np.array([[0.5, 0.5], [np.inf, 0], [0.9, 0.9], [1.5, -0.5]]))
    assert bad.not_finite.tolist() == [1]
    assert bad.not_probabilities.tolist() == [2, 3]


def test_objects_of_one_image_in_two_rows_differ_and_none_is_bad() -> None:
    assert RowChecks().differ(["boxes"] * 2, 0, 1)
    assert RowChecks().bad_rows(["boxes"]).not_finite.tolist() == []


def test_probabilities_of_independent_classes_may_have_any_sum() -> None:
    bad = IndependentChecks().bad_rows(np.array([[0.9, 0.9], [0, 0], [0.5, np.nan], [1.5, 0]]))
    assert (bad.not_finite.tolist(), bad.not_probabilities.tolist()) == ([2], [3])
