"""The map that the server draws for browsers without WebGL."""

import io

import numpy as np
import pytest
import requests
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from tests.serving import served
from ui.embedding_map.arrays import ADDED, LABELED, KeptArrays, shown_bits
from ui.embedding_map.picture import Look, draw
from ui.embedding_map.routes import map_app

WHITE, GREY, RED, BLUE, BLACK, ORANGE = (
    (255, 255, 255),
    (221, 221, 221),
    (255, 0, 0),
    (0, 0, 255),
    (0, 0, 0),
    (255, 128, 0),
)
CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * 65_535


@pytest.fixture
def kept() -> KeptArrays:
    return KeptArrays()


def look(kept: KeptArrays, **changes: object) -> dict[str, object]:
    """The corners of a square in a picture of 100 x 100 pixels, 20 from its sides, red and opaque."""
    palette = [*RED, 255, *BLUE, 255] + [0] * 1_016
    wanted = {"positions": kept.keep(CORNERS.astype(np.uint16).tobytes()), "width": 100, "height": 100, "ringed": 3}
    wanted |= {"x": 0.5, "y": 0.5, "scale": 60, "size": 4, "opacity": 1, "ring_size": 12, "ring_width": 2}
    wanted |= {"palette": palette, "background": WHITE, "faded": (213, 213, 213), "labeled": BLACK, "added": ORANGE}
    return wanted | changes


def pixels(kept: KeptArrays, **changes: object) -> NDArray[np.uint8]:
    png = draw(Look.model_validate(look(kept, **changes)), kept)
    assert png
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image)


def corners(image: NDArray[np.uint8]) -> list[tuple[int, ...]]:
    """The colours at lower left, lower right, upper left, upper right."""
    return [tuple(image[row, column].tolist()) for row, column in ((80, 20), (80, 80), (20, 20), (20, 80))]


def test_points_have_the_colours_of_their_codes_and_y_points_up(kept: KeptArrays) -> None:
    image = pixels(kept, codes=kept.keep(bytes([0, 1, 0, 0])))
    assert corners(image) == [RED, BLUE, RED, RED]
    assert tuple(image[50, 50].tolist()) == WHITE


def test_points_outside_filter_or_outline_are_faded(kept: KeptArrays) -> None:
    shown = kept.keep(shown_bits(np.array([True, True, False, True])))
    assert corners(pixels(kept, shown=shown)) == [RED, RED, GREY, RED]
    left = [(-0.5, -0.5), (0.5, -0.5), (0.5, 1.5), (-0.5, 1.5)]
    assert corners(pixels(kept, shown=shown, outline=left)) == [RED, GREY, GREY, GREY]


def test_hidden_colours_and_points_without_a_place_are_not_drawn(kept: KeptArrays) -> None:
    codes, marks = kept.keep(bytes([0, 2, 0, 0])), kept.keep(bytes([0, 0, 0, 8]))
    assert corners(pixels(kept, codes=codes, marks=marks)) == [RED, WHITE, RED, WHITE]


def test_marks_are_rings_around_their_points(kept: KeptArrays) -> None:
    image = pixels(kept, marks=kept.keep(bytes([LABELED, ADDED, 0, LABELED | ADDED])))
    assert corners(image) == [RED] * 4
    rim = [tuple(image[row, column].tolist()) for row, column in ((80, 15), (80, 75), (20, 15), (20, 75))]
    assert rim == [BLACK, ORANGE, WHITE, ORANGE]


def test_points_beyond_the_picture_are_left_out(kept: KeptArrays) -> None:
    image = pixels(kept, x=0, y=0, scale=1_000)
    assert tuple(image[50, 50].tolist()) == RED
    assert (image != WHITE).any(axis=2).sum() < 20


def test_arrays_are_fetched_by_digest_and_pictures_by_look(kept: KeptArrays) -> None:
    digest = kept.keep(b"1234")
    with served(map_app(kept)) as address:
        answer = requests.get(f"{address}/{digest}", timeout=10)
        assert answer.content == b"1234"
        assert "immutable" in answer.headers["cache-control"]
        assert requests.get(f"{address}/0000", timeout=10).status_code == 404
        for changes, status in (({}, 200), ({"positions": "0000"}, 404), ({"width": 0}, 422)):
            answer = requests.post(f"{address}/picture", json=look(kept, **changes), timeout=10)
            assert answer.status_code == status


@pytest.mark.parametrize("wrong", [{"width": 100_000}, {"scale": -1}, {"palette": [0]}, {"x": "left"}])
def test_a_look_that_makes_no_sense_is_refused(kept: KeptArrays, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Look.model_validate(look(kept, **wrong))
