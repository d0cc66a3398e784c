from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.config import GOALS, Balance, Column, Folder, Goal, Novel, Prefer, SelectionConfig, Similar, Typical
from al_core.exceptions import InvalidInputError

EXAMPLES: tuple[Goal, ...] = (
    Balance(),
    Balance(Folder(2), {"cat": 1, "dog": 3}, 2),
    Balance(Column("camera"), "input"),
    Similar("hard"),
    Similar(["a.png", "b.png"], -1),
    Typical(0.5),
    Novel(),
    Prefer("sharpness", 2),
)


def test_there_is_an_example_of_every_goal() -> None:
    assert {type(goal) for goal in EXAMPLES} == set(GOALS.values())


@pytest.mark.parametrize("goal", EXAMPLES, ids=str)
def test_a_goal_survives_json_and_repr_and_is_hashable(goal: Goal) -> None:
    config = SelectionConfig("CORAL", name="a", goals=[goal])
    assert SelectionConfig.from_json(config.to_json()) == config
    assert len({goal, config.goals[0]}) == 1
    namespace = {record.__name__: record for record in (*GOALS.values(), Column, Folder)}
    assert eval(repr(goal), namespace) == goal


def test_what_is_at_its_default_is_left_out_so_that_older_versions_read_it() -> None:
    assert Balance().to_json() == {"kind": "balance"}
    assert not {"goals", "limits", "budget"} & set(SelectionConfig(name="a").to_json())


@pytest.mark.parametrize(
    ("goal", "problem"),
    [
        ({"kind": "world peace"}, "no goal 'world peace' in this version; use one of balance, similar"),
        ({"kind": "typical", "power": 2}, "has no 'power' in this version; it has strength"),
        ({"kind": "similar"}, "needs more than nothing; it has to, strength"),
        ({"kind": "balance", "by": {"kind": "moon"}}, "no grouping 'moon'"),
        ({"kind": "balance", "target": {"cat": -1}}, "a target share is a number from 0, not -1"),
        ({"kind": "balance", "target": {"cat": 0}}, "add up to nothing"),
        ({"kind": "balance", "target": 7}, 'is "uniform", "input" or a share by group'),
        ({"kind": "typical", "strength": 101}, "strength is a number from 0 to 100"),
        ({"kind": "prefer", "column": ""}, "a column is named by a text"),
        ({"kind": "similar", "to": []}, "Similar needs the name of a tag"),
        (7, "a goal is an object with a 'kind'"),
        ({"kind": ["x"]}, "no goal"),
    ],
)
def test_what_is_no_goal_is_refused(goal: Any, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        SelectionConfig("CORAL", goals=[goal])


def test_random_is_the_control_and_takes_no_goals() -> None:
    with pytest.raises(InvalidInputError, match="RANDOM is the control"):
        SelectionConfig("RANDOM", goals=[Typical()])


def test_the_counts_of_a_series_are_a_target() -> None:
    import pandas as pd

    sites: Any = pd.Series([3.0, 3.0, 3.0, 1.0, None]).value_counts()
    assert Balance(Column("site"), sites).target == (("1", 0.25), ("3", 0.75))


@pytest.mark.parametrize("wrong", [5, None, np.array([1, 2]), Path("a.png")], ids=str)
def test_what_is_no_target_and_no_list_of_filenames_is_refused_in_words(wrong: Any) -> None:
    with pytest.raises(InvalidInputError, match="the target of Balance is"):
        Balance(target=wrong)
    with pytest.raises(InvalidInputError, match="Similar needs the name of a tag"):
        Similar(wrong)
