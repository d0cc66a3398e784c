import numpy as np
import pytest
from numpy.typing import DTypeLike

from al_core.exceptions import InvalidInputError
from al_core.geometry import kernels
from al_core.geometry.space import (
    Space,
    blocks,
    is_small,
    nearest_squared_distances,
    product_distances,
    rounding,
    squared_distances,
    squared_norms,
    unit_vectors,
)

PAIR = np.array([[3.0, 4.0], [0.0, 2.0]])
BOTH = np.arange(2)


def test_a_distance_is_the_sum_of_squared_differences() -> None:
    assert squared_distances(
        np.array([[1, 2, 2]], dtype=np.float32), np.array([0, 0, 0], dtype=np.float32)
    ).tolist() == [9.0]
    assert squared_distances(np.zeros((0, 3), np.float32), np.zeros(3, np.float32)).tolist() == []


def test_squares_are_added_in_sixteen_lanes_that_are_folded_in_halves() -> None:
    # Lane 0 holds components 0 and 16. In double precision the sum is 2^24 + 2; one after the other, 2^24 + 1 rounds
    # down twice; here the two ones of lanes 1 and 9 meet first and survive.
    vector = np.zeros((1, 17), np.float32)
    vector[0, 0] = 4096
    vector[0, 1] = vector[0, 9] = 1
    assert squared_distances(vector, np.zeros(17, np.float32)).tolist() == [2.0**24 + 2]


def test_the_nearest_distance_is_infinite_without_others() -> None:
    assert nearest_squared_distances(np.array([[1, 0]], dtype=np.float32), np.zeros((0, 2), np.float32)).tolist() == [
        np.inf
    ]


def test_distances_by_products_are_near_the_exact_ones() -> None:
    vectors = np.random.default_rng(0).normal(size=(30, 20)).astype(np.float32)
    others = vectors[:7]
    exact = np.array([squared_distances(vectors, other) for other in others]).T
    slack = rounding(20) * (squared_norms(vectors)[:, None] + squared_norms(others))
    assert (np.abs(product_distances(vectors, others) - exact) <= slack).all()


def test_normalized_vectors_have_length_one_and_others_stay() -> None:
    scaled = Space.from_embeddings(PAIR, BOTH, normalize=True)
    np.testing.assert_allclose(scaled.vectors(BOTH), [[0.6, 0.8], [0.0, 1.0]])
    plain = Space.from_embeddings(PAIR, BOTH, normalize=False)
    np.testing.assert_array_equal(plain.vectors(BOTH), PAIR)
    assert plain.norms.tolist() == [25, 4]


def test_writing_into_vectors_does_not_write_into_the_embeddings() -> None:
    embeddings = PAIR.astype(np.float32)
    Space.from_embeddings(embeddings, BOTH, normalize=False).vectors(BOTH)[:] = 7
    np.testing.assert_array_equal(embeddings, PAIR)


def test_a_part_has_the_vectors_of_its_rows() -> None:
    part = Space.from_embeddings(PAIR, BOTH, normalize=True).part(np.array([1]))
    assert part.vectors(np.array([0])).tolist() == [[0, 1]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_padding_adds_zeros_up_to_sixteen(dtype: DTypeLike) -> None:
    padded = Space.from_embeddings(np.ones((2, 3), dtype), BOTH, normalize=False).padded(np.array([1]))
    assert padded.dtype == np.float32
    assert padded.tolist() == [[1.0] * 3 + [0.0] * 13]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_source_reads_the_vectors_where_they_are_or_a_copy(dtype: DTypeLike) -> None:
    embeddings = PAIR.astype(dtype)
    space = Space.from_embeddings(embeddings, BOTH, normalize=True)
    source = space.source(np.array([1, 0]))
    np.testing.assert_allclose(source.array[source.rows] * source.factors[:, None], [[0.0, 1.0], [0.6, 0.8]])
    assert np.shares_memory(source.array, embeddings) == (dtype == np.float32)
    assert not source.array.flags.writeable
    assert source.where(np.array([False, True])).rows.tolist() == [source.rows[1]]


def test_unit_vectors_have_length_one_and_a_row_of_zeros_stays() -> None:
    np.testing.assert_allclose(unit_vectors(np.array([[3.0, 4.0], [0.0, 0.0]]), BOTH), [[0.6, 0.8], [0.0, 0.0]])


@pytest.mark.parametrize("value", [np.nan, np.inf, 2e18])
def test_a_row_that_cannot_be_measured_is_named(value: float) -> None:
    embeddings = np.array([[1.0, 0.0], [value, 0.0]])
    with pytest.raises(InvalidInputError, match="the embedding of row 1 is not finite"):
        Space.from_embeddings(embeddings, BOTH, normalize=False)
    with pytest.raises(InvalidInputError, match="the embedding of row 1 is not finite"):
        unit_vectors(embeddings, BOTH)


def test_a_row_without_direction_is_named_if_directions_count() -> None:
    embeddings = np.array([[1.0, 0.0], [0.0, 0.0]])
    with pytest.raises(InvalidInputError, match="row 1 is all zeros"):
        Space.from_embeddings(embeddings, BOTH, normalize=True)
    assert Space.from_embeddings(embeddings, BOTH, normalize=False).norms.tolist() == [1, 0]


def test_rows_are_split_into_blocks_of_eight_megabytes() -> None:
    sizes = [len(block) for block in blocks(np.arange(5000), 1024)]
    assert sizes == [2048, 2048, 904]


def test_more_counts_as_small_before_kernels_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    space = Space.from_embeddings(np.ones((2, 16)), BOTH, normalize=False)
    # 2^21 pairs of 16 components.
    monkeypatch.setattr(kernels, "are_loaded", lambda: True)
    assert not is_small(space, 1 << 11, 1 << 10)
    assert is_small(space, 1 << 10, 1 << 10)
    monkeypatch.setattr(kernels, "are_loaded", lambda: False)
    assert is_small(space, 1 << 11, 1 << 10)
