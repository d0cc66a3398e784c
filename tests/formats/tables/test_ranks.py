import numpy as np
import pytest

from al_core.formats.tables.ranks import are_numbered, are_ranked

SORTED = -np.sort(-np.random.default_rng(0).dirichlet(np.ones(6), 12), axis=1)
NAMES = [f"prob_{rank}" for rank in range(3)]


def test_the_three_highest_of_six_are_ranks() -> None:
    assert are_ranked(NAMES, SORTED[:, :3], has_classes=False)


def test_probabilities_in_the_order_of_classes_are_not() -> None:
    assert not are_ranked(NAMES, SORTED[:, ::-1][:, :3], has_classes=False)
    assert not are_ranked(["cat", "dog", "owl"], SORTED[:, :3], has_classes=False)


def test_a_whole_distribution_in_order_needs_many_rows_or_classes_beside_it() -> None:
    names = [f"prob_{rank}" for rank in range(6)]
    assert are_ranked(names, SORTED, has_classes=False)
    assert not are_ranked(names, SORTED[:5], has_classes=False)
    assert are_ranked(names, SORTED[:5], has_classes=True)


@pytest.mark.parametrize(("names", "expected"), [(["1", "2"], True), (["p_2", "p_3"], False), (["a0", "b1"], False)])
def test_numbered_names_begin_with_0_or_1(names: list[str], expected: bool) -> None:
    assert are_numbered(names) is expected


def test_a_first_class_that_always_wins_over_equal_others_is_no_rank() -> None:
    rows = np.full((20, 10), 0.01)
    rows[:, 0] = 0.91
    assert not are_ranked([str(number) for number in range(10)], rows, has_classes=False)
