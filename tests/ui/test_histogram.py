import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from al_core.explore.filters import Range
from al_core.explore.histogram import bin_values
from ui.histogram import Change, _positions, read_change

BINS = bin_values(np.array([0.0, 0.1, 0.5, 1.0, np.nan]), 4, limits=(0, 1))


@pytest.mark.parametrize(
    ("message", "change"),
    [
        ({"range": [1, 2], "order": 7}, Change(wanted=Range(0.25, 0.75), order=7)),
        ({"range": [0, 0]}, Change(wanted=Range(high=0.25))),
        ({"range": [3, 3]}, Change(wanted=Range(low=0.75))),
        ({"range": "missing"}, Change(wanted=Range(is_missing=True))),
        ({"range": None}, Change()),
        ({"bins": 80}, Change(bin_count=80)),
    ],
)
def test_what_the_browser_asks_for_is_understood(message: object, change: Change) -> None:
    assert read_change(message, BINS) == change


@pytest.mark.parametrize(
    "message",
    [None, 3, {}, {"range": [2, 1]}, {"range": [0, 4]}, {"range": [-1, 2]}, {"range": [0.0, 1.0]}, {"bins": 7}],
)
def test_nonsense_from_the_browser_is_ignored(message: object) -> None:
    assert read_change(message, BINS) is None


def test_a_range_is_drawn_where_it_lies_even_between_the_edges() -> None:
    assert _positions(Range(0.25, 0.75), BINS) == [1, 3]
    assert _positions(Range(low=0.875), BINS) == [3.5, 4]
    assert _positions(Range(is_missing=True), BINS) == "missing"
    assert _positions(None, BINS) is None


def page(n: int) -> None:
    import numpy as np
    import streamlit as st

    from al_core.explore.histogram import bin_values
    from ui.histogram import histogram

    bins = bin_values(np.random.default_rng(0).random(n), 160)
    histogram(
        "margin",
        bins,
        key="margin",
        counts=bins.count(),
        totals=bins.count(),
        chosen=None,
        on_range=lambda wanted: st.session_state.update(wanted=wanted),
    )


def test_a_few_kilobytes_go_to_the_browser_whatever_the_number_of_samples() -> None:
    sizes = [
        AppTest.from_function(page, args=(n,)).run().get("bidi_component")[0].proto.ByteSize() for n in (10, 10**6)
    ]
    assert max(sizes) < 32_000
