from typing import Any

import numpy as np
import pytest

from al_core.embedding_map import Categories, MapSelection, read_state

SQUARE = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
POINTS = np.array([[0, 0], [0.5, 0.5], [4, 0], [4, 2]], np.float32)


def read(state: dict[str, Any], **changes: Any) -> MapSelection:
    return read_state(state, **({"n_points": 4, "generation": 0, "color_name": None} | changes))


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
