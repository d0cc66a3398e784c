from typing import Any

import numpy as np
import orjson
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from al_core.exceptions import InvalidInputError
from tests.patience import PATIENCE
from ui.embedding_map import Categories, MapSelection, Values, arrays, embedding_map
from ui.embedding_map.selection import read_state

SQUARE = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
POINTS = np.array([[0, 0], [0.5, 0.5], [4, 0], [4, 2]], np.float32)


def read(state: dict[str, Any], **changes: Any) -> MapSelection:
    return read_state(state, **({"n_points": 4, "generation": 0, "color_name": None} | changes))


# --- what goes down ---


def test_the_longer_side_fills_the_steps_and_the_shorter_keeps_its_proportion() -> None:
    steps, _, frame = arrays.quantize(POINTS)
    assert steps[2:].tolist() == [[65_535, 0], [65_535, 32_768]]
    assert frame == {"left": 0, "bottom": 0, "span": 4, "width": 1, "height": 0.5}


def test_steps_and_frame_lead_back_to_the_points() -> None:
    points = np.random.default_rng(0).normal(5, 30, size=(1_000, 2)).astype(np.float32)
    steps, _, frame = arrays.quantize(points)
    restored = steps / 65_535 * frame["span"] + [frame["left"], frame["bottom"]]
    np.testing.assert_allclose(restored, points, atol=frame["span"] / 65_535)


def test_points_that_are_not_finite_have_no_place() -> None:
    steps, is_placed, _ = arrays.quantize(np.array([[0, 0], [np.nan, 1], [1, np.inf], [2, 2]], np.float32))
    assert is_placed.tolist() == [True, False, False, True]
    assert steps[3].tolist() == [65_535, 65_535]
    assert arrays.marks(is_placed, {}).tolist() == [0, 8, 8, 0]


@pytest.mark.parametrize("points", [np.empty((0, 2)), np.full((3, 2), np.nan), np.full((3, 2), 7.0)])
def test_no_points_no_positions_and_one_position_are_fine(points: NDArray[np.float64]) -> None:
    steps, _, frame = arrays.quantize(points)
    assert steps.shape == points.shape
    assert frame["span"] == 1


def test_marks_add_up() -> None:
    assert arrays.marks(np.ones(4, bool), {"ring": np.array([0, 1]), "highlight": np.array([1])}).tolist() == [
        1,
        3,
        0,
        0,
    ]
    assert arrays.marks(np.ones(2, bool), {"sent": np.array([0]), "test": np.array([1])}).tolist() == [16, 32]


def test_the_filter_follows_the_header_as_one_bit_per_point() -> None:
    bits = arrays.shown_bits(np.array([True, False, False, True, False, False, False, False, True]))
    packed = arrays.pack({"name": "ä"}, bits)
    length = int.from_bytes(packed[:4], "little")
    assert orjson.loads(packed[4 : 4 + length]) == {"name": "ä"}
    assert list(packed[4 + length :]) == [0b1001, 1]


def test_an_array_is_cached_under_the_digest_of_its_content() -> None:
    cache = arrays.ArrayCache()
    digest = cache.add(b"points")
    assert cache.add(b"points") == digest
    assert cache.add(b"others") != digest
    assert cache.find(digest) == b"points"
    assert cache.find("another") is None


def test_the_arrays_used_longest_ago_go_first() -> None:
    cache = arrays.ArrayCache(max_bytes=10)
    first, second = cache.add(b"12345"), cache.add(b"6789")
    cache.add(b"12345")
    cache.add(b"abcd")
    assert cache.find(first) == b"12345"
    assert cache.find(second) is None


def test_values_take_the_steps_from_low_to_high_and_nan_is_missing() -> None:
    codes, legend = Values("margin", np.array([0, 0.5, 1, np.nan, 7]), low=0, high=1).encode()
    assert codes.tolist() == [0, 127, 254, 255, 254]
    assert legend == {"kind": "values", "name": "margin", "title": "margin", "low": 0, "high": 1} | {
        "palette": "viridis",
        "openEnds": (False, False),
        "missing": 1,
        "middle": None,
    }


def test_by_rank_each_color_has_as_many_points_however_close_they_lie() -> None:
    scores = np.concatenate([np.linspace(0, 0.06, 999), [1, np.nan]])
    even, _ = Values("margin", scores, low=0, high=1).encode()
    assert even[998] == 15
    ranked, legend = Values("margin", scores, low=0, high=1, by_rank=True).encode()
    assert (ranked[0], ranked[999], ranked[1000]) == (0, 254, 255)
    assert ranked[499] == pytest.approx(127, abs=1)
    assert np.bincount(ranked[:1000]).max() <= 5
    assert legend["middle"] == pytest.approx(0.03, abs=0.001)


def test_a_bar_has_the_color_of_its_points() -> None:
    scores = np.array([0, 0.1, 0.2, 0.3, 1])
    assert Values("margin", scores).shares(np.array([0, 0.5, 1])) == [0, pytest.approx(0.5, abs=0.01), 1]
    assert Values("margin", scores, by_rank=True).shares(np.array([0.2]))[0] == pytest.approx(0.5, abs=0.01)
    assert Values("margin", np.full(3, np.nan), by_rank=True).shares(np.array([0.5])) == [pytest.approx(0.5, abs=0.01)]


def test_values_without_range_take_their_own() -> None:
    codes, legend = Values("size", np.array([10, 20, 30])).encode()
    assert codes.tolist() == [0, 127, 254]
    assert (legend["low"], legend["high"]) == (10, 30)


@pytest.mark.parametrize("values", [np.full(3, np.nan), np.empty(0), np.full(3, 2.0)])
def test_values_without_any_range_have_a_legend_of_numbers(values: NDArray[np.float64]) -> None:
    codes, legend = Values("flat", values).encode()
    assert len(codes) == len(values)
    assert np.isfinite([legend["low"], legend["high"]]).all()


def test_the_legend_lists_categories_that_occur_with_their_counts() -> None:
    codes, legend = Categories("class", np.array([2, 0, 2, -1]), ("cat", "dog", "eel")).encode()
    assert legend["entries"] == [
        {"name": "cat", "count": 1, "size": 1},
        {"name": "eel", "count": 2, "size": 2},
    ]
    assert codes.tolist() == [1, 0, 1, 255]
    assert legend["missing"] == 1


def test_categories_have_the_colors_of_their_classes_whatever_the_legend_leaves_out() -> None:
    colors = ("#111111", "#222222", "#333333")
    _, legend = Categories("class", np.array([2, 2, -1]), ("cat", "dog", "eel"), colors=colors, title="Class").encode()
    assert legend["title"] == "Class"
    assert legend["entries"] == [{"name": "eel", "count": 2, "size": 2, "color": "#333333"}]


def test_small_categories_beyond_the_legend_become_other() -> None:
    members = np.repeat(np.arange(300), np.arange(300, 0, -1))
    codes, legend = Categories("class", members, tuple(f"c{n}" for n in range(300))).encode()
    assert len(legend["entries"]) == 25
    n_others = int((members >= 24).sum())
    assert legend["entries"][24] == {"name": "other", "count": n_others, "size": n_others, "other": True}
    assert (codes[members == 0] == 0).all()
    assert (codes[members == 299] == 24).all()


# --- what comes up ---


def test_nothing_drawn_selects_nothing() -> None:
    selection = read({"selection": None, "picked": None})
    assert selection == MapSelection()
    assert selection.rows(POINTS).tolist() == []


def test_an_outline_selects_the_rows_inside() -> None:
    assert read({"selection": {"polygon": SQUARE, "generation": 0}}).rows(POINTS).tolist() == [0, 1]


def test_hidden_categories_are_not_selected() -> None:
    colors = Categories("class", np.array([0, 1, 0, 1]), ("cat", "dog"))
    drawn = {"polygon": SQUARE, "generation": 0, "hidden": [1], "colors": "class"}
    assert read({"selection": drawn}, color_name="class").rows(POINTS, colors).tolist() == [0]


def test_categories_hidden_under_other_colors_do_not_count() -> None:
    colors = Categories("tag", np.array([0, 1, 0, 1]), ("new", "old"))
    drawn = {"polygon": SQUARE, "generation": 0, "hidden": [1], "colors": "class"}
    assert read({"selection": drawn}, color_name="tag").rows(POINTS, colors).tolist() == [0, 1]


def test_a_new_generation_discards_the_outline() -> None:
    assert read({"selection": {"polygon": SQUARE, "generation": 0}}, generation=1).polygon is None


@pytest.mark.parametrize(
    "drawn",
    [
        7,
        {},
        {"polygon": "x"},
        {"polygon": [[0, 0], [1, 1]]},
        {"polygon": [[0, 0], [1, 1], [2]]},
        {"polygon": [[0, 0], [1, None], [1, 1]]},
        {"polygon": [[0.0, 1.0]] * 1_001},
        {"polygon": SQUARE, "hidden": [[1]], "colors": None},
    ],
)
def test_a_report_that_makes_no_sense_counts_as_nothing(drawn: object) -> None:
    assert read({"selection": drawn}) == MapSelection()


@pytest.mark.parametrize(("picked", "expected"), [(3, 3), (0, 0), (4, None), (-1, None), ("3", None), (True, None)])
def test_a_picked_row_must_exist(picked: object, expected: int | None) -> None:
    assert read({"picked": picked}).picked == expected


# --- on a page ---


def page() -> None:
    import numpy as np
    import streamlit as st

    from ui.embedding_map import Ring, Rings, Values, embedding_map

    points = np.array([[0, 0], [0.5, 0.5], [4, 0], [4, 2]], np.float32)
    colors = Values("margin", np.linspace(0, 1, 4))
    selection = embedding_map(points, key="map", colors=colors, rings=Rings(ring=Ring("Labeled", np.array([2]))))
    st.text(f"rows {selection.rows(points, colors).tolist()}, picked {selection.picked}")


def test_a_page_shows_the_map_with_nothing_selected() -> None:
    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert not app.exception
    assert app.text[0].value == "rows [], picked None"


def test_a_page_learns_what_was_drawn_and_picked() -> None:
    app = AppTest.from_function(page, default_timeout=PATIENCE)
    app.session_state["map"] = {"selection": {"polygon": SQUARE, "generation": 0}, "picked": 2}
    assert app.run().text[0].value == "rows [0, 1], picked 2"


def test_arrays_of_another_length_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="colors must have one entry for each of 4 points"):
        embedding_map(POINTS, key="map", colors=Values("margin", np.zeros(3)))
    with pytest.raises(InvalidInputError, match="shown must have one entry for each of 4 points"):
        embedding_map(POINTS, key="map", shown=np.ones(5, bool))
    with pytest.raises(InvalidInputError, match=r"points must have shape \(N, 2\)"):
        embedding_map(np.zeros((4, 3)), key="map")
