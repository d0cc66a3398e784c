import json
from typing import Any

import numpy as np
import pytest

from al_core.config import (
    LIMITS,
    Apart,
    AtMost,
    Between,
    Column,
    Exclude,
    Folder,
    Limit,
    Pattern,
    Quota,
    SelectionConfig,
)
from al_core.exceptions import InvalidInputError

EXAMPLES: tuple[Limit, ...] = (
    AtMost(3, per=Column("patient")),
    Apart(Pattern("frame_{}.png"), 10, within=Folder()),
    Apart(Column("seconds"), 0.5),
    Quota(Column("camera"), {"front": (10, 50), "rear": (5, -1)}),
    Quota("predicted class", {"cat": (1, 2)}),
    Between("sharpness", 0.2),
    Between("sharpness", at_most=5),
    Exclude("duplicates"),
    Exclude(tag="broken"),
)


def test_there_is_an_example_of_every_limit() -> None:
    assert {type(limit) for limit in EXAMPLES} == set(LIMITS.values())


@pytest.mark.parametrize("limit", EXAMPLES, ids=str)
def test_a_limit_survives_json_and_repr_and_is_hashable(limit: Limit) -> None:
    config = SelectionConfig("RANDOM", name="a", limits=[limit])
    assert SelectionConfig.from_json(config.to_json()) == config
    assert len({limit, config.limits[0]}) == 1
    namespace = {record.__name__: record for record in (*LIMITS.values(), Column, Folder, Pattern)}
    assert eval(repr(limit), namespace) == limit


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        ({"kind": "at-most", "k": 0, "per": {"kind": "folder"}}, "k is a whole number from 1"),
        ({"kind": "at-most", "k": 2}, "needs more than k"),
        ({"kind": "apart", "by": {"kind": "folder"}, "at_least": 2}, "give a Column or a Pattern"),
        ({"kind": "apart", "by": {"kind": "column", "name": "t"}, "at_least": -2}, "at_least is a number from 0"),
        ({"kind": "quota", "by": "predicted class", "ranges": {}}, "at least one group"),
        ({"kind": "quota", "by": "predicted class", "ranges": {"cat": [5, 2]}}, "at least 5 and at most 2"),
        ({"kind": "quota", "by": "predicted class", "ranges": {"cat": 5}}, "is \\(least, most\\) by group"),
        ({"kind": "between", "name": "t"}, "at_least, at_most or both"),
        ({"kind": "between", "name": "t", "at_least": 5, "at_most": 2}, "no number lies between 5 and 2"),
        ({"kind": "between", "name": "t", "at_least": float("nan")}, "finite numbers"),
        ({"kind": "exclude"}, "one of them"),
        ({"kind": "exclude", "role": "ugly"}, "one of them"),
        ({"kind": "exclude", "tag": 5}, "named by a text, not 5"),
    ],
)
def test_what_is_no_limit_is_refused(limit: Any, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        SelectionConfig("RANDOM", limits=[limit])


@pytest.mark.parametrize("name", ["goals", "limits"])
def test_goals_and_limits_are_lists(name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{name} are a list, not 7"):
        SelectionConfig("CORAL", **{name: 7})  # type: ignore[arg-type]  # what a file may hold


def test_numbers_of_numpy_are_stored_as_json() -> None:
    limit = Between("sharpness", np.float32(0.5), np.int64(3))  # type: ignore[arg-type]  # mypy: not a float
    assert json.dumps(limit.to_json()) == '{"kind": "between", "name": "sharpness", "at_least": 0.5, "at_most": 3}'


def test_groups_of_numbers_are_named_without_a_decimal_point() -> None:
    ranges: dict[Any, tuple[int, int]] = {np.float64(3): (1, 2), 0.5: (0, 1)}
    assert Quota(Column("site"), ranges).ranges == (("0.5", (0, 1)), ("3", (1, 2)))
