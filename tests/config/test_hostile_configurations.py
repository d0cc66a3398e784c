"""Configurations as strangers and later versions write them: a sentence, or a configuration that survives JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.config import GOALS, GROUPINGS, LIMITS, SelectionConfig
from al_core.exceptions import InvalidInputError

NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([0, -0.0, 1, -1, 2**31, 2**63 - 1, 2**63, 2**200, 5e-324, 1e308, float("nan"), float("inf"), True]),
)
TEXTS = st.one_of(
    st.text(max_size=8), st.sampled_from(["{}", "{}_*", "a{}b?", "*{}", "predicted class", "uniform", ""])
)
ANYTHING = st.recursive(
    st.one_of(st.none(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
GROUPING = st.one_of(
    ANYTHING,
    st.fixed_dictionaries({"kind": st.just("column"), "name": ANYTHING}),
    st.fixed_dictionaries({"kind": st.just("pattern"), "text": TEXTS}),
    st.fixed_dictionaries({"kind": st.sampled_from([*GROUPINGS, "cluster"])}, optional={"depth": NUMBERS}),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "by": GROUPING,
    "per": GROUPING,
    "within": GROUPING,
    "to": ANYTHING,
    "target": ANYTHING,
    "ranges": st.one_of(ANYTHING, st.dictionaries(TEXTS, st.tuples(NUMBERS, NUMBERS), max_size=2)),
    "name": ANYTHING,
    "column": ANYTHING,
    "tag": ANYTHING,
    "role": ANYTHING,
    **dict.fromkeys(("k", "strength", "at_least", "at_most"), st.one_of(NUMBERS, ANYTHING)),
}


@st.composite
def records(draw: st.DrawFn, kinds: list[str]) -> Any:
    """A record of a kind that there is or is not, with some of the fields that records have."""
    names = draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=4, unique=True))
    return {"kind": draw(st.sampled_from([*kinds, "of-a-later-version"]))} | {
        name: draw(FIELDS[name]) for name in names
    }


BUDGETS = st.fixed_dictionaries(
    {"total": NUMBERS}, optional={"unit": TEXTS, "per_image": NUMBERS, "per_object": NUMBERS}
)
CONFIGURATIONS = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["RANDOM", "coral", "CORESET", "ACTIVE_LEARNING", "LATER", 7]),
        "n_samples": st.one_of(NUMBERS, ANYTHING),
        "min_distance": st.one_of(NUMBERS, ANYTHING),
        "seed": st.one_of(NUMBERS, ANYTHING),
        "strength": NUMBERS,
        "test_share": NUMBERS,
        "goals": st.one_of(ANYTHING, st.lists(records(list(GOALS)), max_size=2)),
        "limits": st.one_of(ANYTHING, st.lists(records(list(LIMITS)), max_size=2)),
        "budget": st.one_of(ANYTHING, BUDGETS),
        **dict.fromkeys(("name", "score_name", "test_groups", "normalize", "coral"), ANYTHING),
        "of_a_later_version": ANYTHING,
    },
)


@given(CONFIGURATIONS)
def test_whatever_comes_is_refused_in_words_or_survives_json(content: dict[str, Any]) -> None:
    try:
        config = SelectionConfig.from_json(content)
    except InvalidInputError:
        return
    assert_survives(config)


@given(records(list(GOALS)), records(list(LIMITS)))
def test_one_goal_and_one_limit_are_refused_in_words_or_survive_json(goal: Any, limit: Any) -> None:
    choices: list[dict[str, Any]] = [{"goals": [goal]}, {"limits": [limit]}]
    for options in choices:
        try:
            config = SelectionConfig("CORESET", 3, name="mine", **options)
        except InvalidInputError:
            continue
        assert_survives(config)


def assert_survives(config: SelectionConfig) -> None:
    # JSON has no NaN and no infinity.
    text = json.dumps(config.to_json(), allow_nan=False)
    again = SelectionConfig.from_json(json.loads(text))
    assert again == config
    assert hash(again) == hash(config)
    assert all(goal.words for goal in config.goals)
    assert all(limit.words for limit in config.limits)
    assert config.budget is None or config.budget.words


@pytest.mark.parametrize("field", ["goals", "limits"])
def test_what_only_a_later_version_knows_is_named(field: str) -> None:
    with pytest.raises(InvalidInputError, match=r"there is no (goal|limit) 'brighter' in this version; use one of"):
        SelectionConfig.from_json({field: [{"kind": "brighter"}]})
    with pytest.raises(InvalidInputError, match="has no 'of_tomorrow' in this version; update al_core"):
        SelectionConfig.from_json({"of_tomorrow": 1})
