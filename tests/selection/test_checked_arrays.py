"""Columns, shares and costs as scripts have them, and the wrong ones."""

from typing import Any

import numpy as np
import pytest

from al_core.config import Apart, AtMost, Balance, Budget, Column, Quota, SelectionConfig, Similar
from al_core.exceptions import InvalidInputError
from al_core.selection import ClassShares, GoalArrays, Groups, select

EMBEDDINGS = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.0]])


def picked(arrays: GoalArrays, **options: Any) -> list[int]:
    config = SelectionConfig("CORESET", 4, normalize=False, **options)
    rows: list[int] = sorted(select(EMBEDDINGS, config, arrays=arrays).tolist())
    return rows


@pytest.mark.parametrize(
    "patients",
    [
        ["a", None, "a", None],
        np.array(["a", np.nan, "a", np.nan], object),
        [7, None, 7, None],
        np.array([7, np.nan, np.int64(7), None], object),
        np.array(["2026-01-01", "NaT", "2026-01-01", "NaT"], "datetime64[D]"),
    ],
    ids=str,
)
def test_rows_without_a_value_are_in_no_group(patients: Any) -> None:
    assert picked(GoalArrays({"patient": patients}), limits=[AtMost(1, Column("patient"))]) == [0, 1, 3]


def test_columns_of_pandas_will_do() -> None:
    import pandas as pd

    frame = pd.DataFrame({"patient": pd.array([7, None, 7, None], "Int64"), "camera": ["a", None, "a", "b"]})
    assert picked(GoalArrays({"patient": frame.patient}), limits=[AtMost(1, Column("patient"))]) == [0, 1, 3]
    assert picked(GoalArrays({"camera": frame.camera}), limits=[AtMost(1, Column("camera"))]) == [0, 1, 3]
    assert picked(GoalArrays({"camera": frame.camera.astype("category")}), limits=[AtMost(1, Column("camera"))]) == [
        0,
        1,
        3,
    ]


def test_lists_of_shares_costs_and_vectors_will_do() -> None:
    shares = ClassShares([[1, 0], [0, 1], [1, 0], [1, 0]], ("cat", "dog"))  # type: ignore[arg-type]  # as scripts have it
    assert picked(GoalArrays(class_shares=shares), limits=[Quota("predicted class", {"cat": (0, 2)})]) == [0, 1, 3]
    costs: Any = [1, 5, 1, 1]
    assert picked(GoalArrays(costs=costs), budget=Budget(3, "objects")) == [0, 2, 3]
    vectors: Any = {"hard": [[1.0, 0.0]]}
    assert picked(GoalArrays(vectors=vectors), goals=[Similar("hard")]) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            GoalArrays({"patient": np.array(["a"])}),
            r"column 'patient': one entry per row is needed, \(4,\), not \(1,\)",
        ),
        (GoalArrays({"patient": np.zeros((4, 1))}), r"column 'patient': one entry per row .* not \(4, 1\)"),
        (GoalArrays({"patient": np.zeros(4, complex)}), "column 'patient' is of numbers or texts, not complex128"),
        (GoalArrays({"patient": Groups(np.array([0, 1, 2, 0]), ("a", "b"))}), "positions among its 2 names"),
        (GoalArrays({}, ClassShares(np.ones((3, 2)), ("cat", "dog"))), r"of shape \(4, 2\), not float64 of \(3, 2\)"),
        (GoalArrays({}, ClassShares(np.ones((4, 3)), ("cat", "dog"))), r"of shape \(4, 2\), not float64 of \(4, 3\)"),
        (GoalArrays(costs=np.ones(5)), r"costs: one entry per row is needed, \(4,\), not \(5,\)"),
        (GoalArrays(costs=np.array(["a", "b", "c", "d"])), "costs is of numbers, not <U1"),
    ],
)
def test_what_does_not_fit_the_rows_is_refused_before_anything_is_picked(arrays: GoalArrays, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        picked(arrays, limits=[AtMost(1, Column("patient"))], goals=[Balance()])


def test_texts_among_numbers_make_a_column_of_texts() -> None:
    arrays = GoalArrays({"site": np.array(["a", 7.0, 7, None], object)})
    assert picked(arrays, limits=[Quota(Column("site"), {"7": (0, 1)})]) == [0, 1, 3]
    with pytest.raises(InvalidInputError, match="'site' is a column of texts"):
        picked(arrays, limits=[Apart(Column("site"), 1)])


def test_long_numbers_that_differ_have_different_names() -> None:
    sites = np.array([1532402927612460, 1532402927612461, 1532402927612460, 0])
    quota = Quota(Column("site"), {"1532402927612460": (0, 1)})
    assert picked(GoalArrays({"site": sites}), limits=[quota]) == [0, 1, 3]
