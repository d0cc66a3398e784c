import numpy as np
import orjson
import pytest
from numpy.typing import NDArray

from al_core.embedding_map import arrays

POINTS = np.array([[0, 0], [0.5, 0.5], [4, 0], [4, 2]], np.float32)


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
