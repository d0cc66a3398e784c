import json
import math
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.explore.address import NAMES, Outline, View, read_view
from al_core.explore.filters import Filters, Objects, Range

NUMBERS = st.floats(-1e9, 1e9)
TEXTS = st.text(min_size=1, max_size=30)
RANGES = st.one_of(
    st.just(Range(is_missing=True)),
    st.builds(Range, NUMBERS | st.just(-math.inf), NUMBERS | st.just(math.inf)),
)
TUPLES = st.lists(TEXTS, max_size=4).map(tuple)
FILTERS = st.builds(
    Filters,
    st.dictionaries(TEXTS, RANGES, max_size=4),
    TUPLES,
    TUPLES,
    TUPLES,
    st.text(max_size=20),
    st.dictionaries(TEXTS, st.lists(TEXTS, min_size=1, max_size=3).map(tuple), max_size=3),
    st.none() | st.builds(Objects, TUPLES, st.floats(0, 1), st.integers(0, 9), st.none() | st.integers(0, 99)),
)
VERTEX = st.tuples(NUMBERS, NUMBERS)
OUTLINES = st.builds(Outline, TEXTS, st.lists(VERTEX, min_size=3, max_size=20).map(tuple))
VIEWS = st.builds(
    View,
    st.none() | TEXTS,
    st.none() | TEXTS,
    st.none() | st.tuples(st.floats(-9, 0), st.floats(1, 9)),
    st.none() | TEXTS,
    FILTERS,
    st.none() | TEXTS,
    st.none() | OUTLINES,
    st.integers(1, 9999),
)


def written(view: View) -> dict[str, list[str]]:
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in view.parameters():
        values[name].append(value)
    return values


@given(VIEWS)
def test_every_view_comes_back_from_its_address(view: View) -> None:
    assert (read_view(written(view)) or View()) == view


def test_an_address_without_a_view_names_none() -> None:
    assert read_view({"dataset": ["4711"]}) is None
    assert View().parameters() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("range", "["),
        ("range", '["width"]'),
        ("range", "[1,2,3]"),
        ("text", '["place"]'),
        ("text", '["place",1]'),
        ("limits", "[3,1]"),
        ("limits", "[NaN,1]"),
        ("objects", '["x","y",null]'),
        ("objects", "[0.5,1,null,7]"),
        ("outline", '["UMAP",[0,0],[1,1]]'),
        ("outline", '["UMAP",[0,0],[1,1],[1,"x"]]'),
        ("outline", '["UMAP",[0,0],[1,1],[1,Infinity]]'),
        ("outline", "[" * 5_000),
        ("page", "0x3"),
        ("page", "٣"),
        ("page", "9" * 5_000),
        ("color", "c" * 10_000),
    ],
)
def test_a_parameter_that_makes_no_sense_counts_as_absent(name: str, value: str) -> None:
    assert read_view({name: [value]}) == View()


def test_a_number_that_is_none_leaves_its_end_of_the_range_open() -> None:
    wide = read_view({"range": ['["width",true,1e999]']})
    assert wide is not None
    assert wide.filters.ranges == {"width": Range()}


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.text() | st.just(json.dumps([["a"], {}, 1e400])))))
def test_whatever_strangers_write_is_read(parameters: dict[str, list[str]]) -> None:
    read_view(parameters)


def test_of_many_values_only_some_are_read() -> None:
    view = read_view({"class": ["cat"] * 100_000})
    assert view is not None
    assert len(view.filters.classes) == 100
