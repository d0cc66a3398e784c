import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.embedding_map import Categories, Values


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
