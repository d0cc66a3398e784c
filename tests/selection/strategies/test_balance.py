import numpy as np

from al_core.selection.strategies import Balance

CLASSES = np.eye(2)[[0, 0, 1]]


def test_a_row_is_worth_the_shortage_of_its_class() -> None:
    shortage = Balance(CLASSES, np.array([1, 3])).changing(np.array([1, 2]), np.array([0]))
    # Counted once before, class 0 has 2 of 3: 1/4 / (2/3) = 0.375; class 1 has 1 of 3: 3/4 / (1/3) = 2.25.
    np.testing.assert_allclose(shortage.factors(), [0.375, 2.25])
    shortage.choose(1)
    np.testing.assert_allclose(shortage.factors(), [0.5, 1.5])


def test_the_strength_is_an_exponent() -> None:
    shortage = Balance(CLASSES, np.array([1, 3]), strength=2).changing(np.array([1, 2]), np.array([0]))
    np.testing.assert_allclose(shortage.factors(), [0.375**2, 2.25**2])


def test_a_row_without_any_class_is_worth_nothing() -> None:
    shortage = Balance(np.zeros((2, 2)), np.array([1, 1])).changing(np.array([0, 1]), np.array([], np.int64))
    assert shortage.factors().tolist() == [0, 0]
