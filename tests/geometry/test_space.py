import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from al_core.geometry.distance_kernel import squared_distance
from al_core.geometry.space import Space, squared_distances


@njit
def compiled(vectors, others):
    return np.array([squared_distance(vectors, i, np.float32(1), others, i) for i in range(len(vectors))])


@settings(max_examples=40)
@given(st.integers(1, 70), st.integers(0, 2**32 - 1), st.floats(-3, 3))
def test_the_compiled_distance_equals_the_numpy_one_to_the_last_bit(dim, seed, magnitude):
    rng = np.random.default_rng(seed)
    embeddings = rng.normal(size=(8, dim)) * 10**magnitude
    space = Space.from_embeddings(embeddings, np.arange(8), normalize=False)
    first, second = np.arange(4), np.arange(4, 8)
    plain = squared_distances(space.vectors(first), space.vectors(second))
    np.testing.assert_array_equal(compiled(space.padded(first), space.padded(second)), plain)


def test_a_distance_is_the_sum_of_squared_differences():
    assert squared_distances(np.float32([[1, 2, 2]]), np.float32([0, 0, 0])).tolist() == [9.0]
    assert squared_distances(np.zeros((0, 3), np.float32), np.zeros(3, np.float32)).tolist() == []


def test_normalized_vectors_have_length_one_and_others_stay():
    embeddings = np.array([[3.0, 4.0], [0.0, 2.0]])
    rows = np.arange(2)
    np.testing.assert_allclose(
        Space.from_embeddings(embeddings, rows, normalize=True).vectors(rows), [[0.6, 0.8], [0, 1]]
    )
    np.testing.assert_array_equal(Space.from_embeddings(embeddings, rows, normalize=False).vectors(rows), embeddings)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_padding_adds_zeros_up_to_sixteen(dtype):
    padded = Space.from_embeddings(np.ones((2, 3), dtype), np.arange(2), normalize=False).padded(np.array([1]))
    assert padded.dtype == np.float32
    assert padded.tolist() == [[1.0] * 3 + [0.0] * 13]
