import io
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from PIL import Image

from al_core.embedding_map import Categories, Ring, Rings
from al_core.notebook import EmbeddingMap
from al_core.store import Dataset

# Of the six samples, a to c lie in the square around the origin.
POINTS = np.array([[0, 0], [0.5, 0.5], [-0.5, 0], [4, 0], [4, 2], [np.nan, 0]], np.float32)
SQUARE = {"polygon": [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]], "generation": 0, "colors": None}


@pytest.fixture
def drawn(dataset: Dataset) -> EmbeddingMap:
    return EmbeddingMap(dataset, POINTS)


def header_of(drawn: EmbeddingMap) -> dict[str, Any]:
    length = int.from_bytes(drawn._packed[:4], "little")
    header: dict[str, Any] = orjson.loads(drawn._packed[4 : 4 + length])
    return header


def ask(
    drawn: EmbeddingMap, monkeypatch: pytest.MonkeyPatch, what: str, row: int
) -> tuple[dict[str, Any], list[bytes]]:
    """What the browser gets when it asks."""
    sent: list[tuple[dict[str, Any], list[bytes]]] = []
    monkeypatch.setattr(drawn, "send", lambda content, buffers=None: sent.append((content, buffers or [])))
    drawn._handle_custom_msg({"id": 7, "what": what, "row": row}, [])
    [answer] = sent
    return answer


def test_nothing_is_selected_before_somebody_draws(drawn: EmbeddingMap) -> None:
    assert drawn.selected == []
    assert drawn.selected_rows.tolist() == []


def test_an_outline_selects_the_filenames_inside(drawn: EmbeddingMap) -> None:
    drawn._selection = SQUARE
    assert drawn.selected == ["a.png", "b.png", "c.png"]
    assert drawn.selected_rows.tolist() == [0, 1, 2]
    drawn._selection = None
    assert drawn.selected == []


def test_a_click_selects_one_image_and_an_outline_comes_before_it(drawn: EmbeddingMap) -> None:
    drawn._picked = 4
    assert (drawn.selected, drawn.selected_rows.tolist()) == (["e.png"], [4])
    drawn._selection = SQUARE
    assert drawn.selected == ["a.png", "b.png", "c.png"]
    drawn._selection = None
    assert drawn.selected == ["e.png"]


def test_categories_hidden_in_the_legend_are_not_selected(dataset: Dataset) -> None:
    colors = Categories("class", np.array([0, 1, 0, 0, 0, 0]), ("cat", "dog"))
    drawn = EmbeddingMap(dataset, POINTS, colors=colors)
    drawn._selection = SQUARE | {"hidden": [1], "colors": "class"}
    assert drawn.selected == ["a.png", "c.png"]


@pytest.mark.parametrize("report", [7, {"polygon": "x"}, {"polygon": [[0, 0]]}])
def test_a_report_that_makes_no_sense_selects_nothing(drawn: EmbeddingMap, report: object) -> None:
    drawn._selection = report
    drawn._picked = 6
    assert drawn.selected == []


def test_a_function_is_called_with_what_is_selected(drawn: EmbeddingMap) -> None:
    seen: list[list[str]] = []
    drawn.observe(lambda change: seen.append(change["new"]), "selected")
    drawn._selection = SQUARE
    assert seen == [["a.png", "b.png", "c.png"]]


def test_points_go_down_as_bytes(dataset: Dataset) -> None:
    drawn = EmbeddingMap(dataset, POINTS, rings=Rings(ring=Ring("Labeled", np.array([1]))))
    header = header_of(drawn)
    assert header["count"] == 6
    assert header["arrays"] == {"positions": "positions", "marks": "marks", "codes": None, "shown": None}
    assert np.frombuffer(drawn._arrays["marks"], np.uint8).tolist() == [0, 1, 0, 0, 0, 8]
    assert len(drawn._arrays["positions"]) == 6 * 2 * 2


def test_a_hundred_thousand_points_take_less_than_a_megabyte(dataset: Dataset) -> None:
    points = np.random.default_rng(0).normal(size=(100_000, 2))
    drawn = EmbeddingMap(dataset, points, colors=Categories("class", np.zeros(100_000, np.int64), ("cat",)))
    assert sum(map(len, drawn._arrays.values())) == 500_000
    assert len(drawn._packed) < 1_000


def test_the_browser_asks_for_a_card(drawn: EmbeddingMap, monkeypatch: pytest.MonkeyPatch) -> None:
    content, buffers = ask(drawn, monkeypatch, "card", 1)
    assert (content["id"], content["answer"]["filename"], buffers) == (7, "b.png", [])


def test_the_browser_asks_for_an_image(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (400, 200), "red").save(tmp_path / "a.png")
    dataset.set_images_dir(tmp_path)
    drawn = EmbeddingMap(dataset, POINTS)
    assert header_of(drawn)["imageUrl"] == "image/{row}"
    content, [thumbnail] = ask(drawn, monkeypatch, "image", 0)
    assert content["answer"] == "image/webp"
    assert Image.open(io.BytesIO(thumbnail)).size == (192, 96)


@pytest.mark.parametrize(("what", "row"), [("image", 1), ("image", 6), ("card", 6), ("mask", 0)])
def test_what_is_not_there_is_answered_with_nothing(
    drawn: EmbeddingMap, monkeypatch: pytest.MonkeyPatch, what: str, row: int
) -> None:
    content, buffers = ask(drawn, monkeypatch, what, row)
    assert content["id"] == 7
    assert buffers == []
