import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.geometry.space import nearest_squared_distances
from al_core.selection.spacing_kernel import is_spaced

OTHERS = np.zeros((2, 16), np.float32)
OTHERS[:, 0] = [3, 10]


def at(position: float) -> np.ndarray:
    vector = np.zeros((1, 16), np.float32)
    vector[0, 0] = position
    return vector


@pytest.mark.parametrize(("position", "is_far"), [(0, True), (1, True), (1.5, False), (8.5, False), (6.5, True)])
def test_a_vector_keeps_its_distance_from_all_others(position: float, is_far: bool) -> None:
    # The least distance is 2, its square 4; exactly 2 is enough.
    assert is_spaced(at(position), OTHERS, np.float32(4)) == is_far


def test_without_others_there_is_room() -> None:
    assert is_spaced(at(0), OTHERS[:0], np.float32(1e9))


@given(st.integers(0, 2**32 - 1))
def test_the_kernel_decides_as_numpy(seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(9, 32)).astype(np.float32)
    nearest = nearest_squared_distances(points[:1], points[1:])[0]
    assert is_spaced(points[:1], points[1:], nearest)
    assert not is_spaced(points[:1], points[1:], np.nextafter(nearest, np.float32(np.inf)))
