from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from numpy.typing import NDArray

from al_core.geometry.distance_kernel import least_of_four, prefetch, squared_distance
from al_core.geometry.space import Space, squared_distances


@njit
def compiled_distances(vectors: NDArray[Any], others: NDArray[Any]) -> NDArray[Any]:
    return np.array([squared_distance(vectors, i, np.float32(1), others, i) for i in range(len(vectors))])


@njit
def compiled_least(vectors: NDArray[Any], i: int, factor: float, others: NDArray[Any], near: Any) -> NDArray[Any]:
    prefetch(vectors, i)
    least: NDArray[Any] = least_of_four(vectors, i, factor, others, near)
    return least


def space(embeddings: NDArray[np.float64]) -> Space:
    return Space.from_embeddings(embeddings, np.arange(len(embeddings)), normalize=False)


@settings(max_examples=40)
@given(st.integers(1, 70), st.integers(0, 2**32 - 1), st.floats(-3, 3))
def test_the_compiled_distance_equals_the_numpy_one_to_the_last_bit(dim: int, seed: int, magnitude: float) -> None:
    rng = np.random.default_rng(seed)
    both = space(rng.normal(size=(8, dim)) * 10**magnitude)
    first, second = np.arange(4), np.arange(4, 8)
    expected = squared_distances(both.vectors(first), both.vectors(second))
    np.testing.assert_array_equal(compiled_distances(both.padded(first), both.padded(second)), expected)


def test_rows_that_are_not_padded_are_read_no_further_than_they_go() -> None:
    # The row after the first holds what would be added if the kernel read on.
    vectors = np.array([[1, 2, 2], [1e9, 1e9, 1e9]], dtype=np.float32)
    assert compiled_distances(vectors[:1], np.zeros((1, 16), np.float32)).tolist() == [9.0]


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_the_least_of_four_is_the_least_of_four_distances(dim: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    both = space(rng.normal(size=(9, dim)))
    vectors = both.vectors(np.arange(9))
    near = rng.integers(0, 9, 4)
    expected = squared_distances(vectors[near], vectors[2]).min()
    assert compiled_least(vectors, 2, np.float32(1), both.padded(np.arange(9)), near) == expected


def test_a_factor_scales_the_row_before_it_is_compared() -> None:
    others = np.zeros((1, 16), np.float32)
    vectors = np.array([[3, 4]], dtype=np.float32)
    assert compiled_least(vectors, 0, np.float32(2), others, np.zeros(4, np.int64)) == 100.0
