"""The rows most like a vector are those that numpy finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry.similar import mean_direction, nearest_rows, row_lengths


def plain_nearest(embeddings: NDArray[np.floating], vector: NDArray[np.floating], n_rows: int) -> list[int]:
    wide = embeddings.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    rows = np.flatnonzero(lengths > 0)
    unit = vector / np.linalg.norm(vector)
    distances = np.linalg.norm(wide[rows] / lengths[rows, None] - unit, axis=1)
    return [int(row) for row in rows[np.lexsort([rows, distances])][:n_rows]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_rows_are_those_of_numpy(dtype: type[np.floating]) -> None:
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(40_000, 24)).astype(dtype)
    # Copies are ties, and near-copies differ in the last digits of float32.
    embeddings[20_000:20_500] = embeddings[:500]
    vector = embeddings[7].astype(np.float64) + 0.01
    rows, distances = nearest_rows(embeddings, vector, 300)
    assert rows.tolist() == plain_nearest(embeddings, vector, 300)
    assert np.all(np.diff(distances) >= 0)


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float32, (6, 2), elements=st.integers(-2, 2).map(float)),
    st.integers(1, 8),
)
def test_ties_go_to_the_lowest_row_and_zeros_are_left_out(embeddings: NDArray[np.float32], n_rows: int) -> None:
    vector = np.array([1.0, 0.5])
    rows, _ = nearest_rows(embeddings, vector, n_rows, lengths=row_lengths(embeddings))
    assert rows.tolist() == plain_nearest(embeddings, vector, n_rows)


def test_a_row_that_is_not_a_number_is_left_out() -> None:
    embeddings = np.array([[1, 0], [np.nan, 1], [0, 1]], np.float32)
    assert nearest_rows(embeddings, np.array([1.0, 0.0]), 3)[0].tolist() == [0, 2]


def test_what_has_no_direction_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="all zeros"):
        nearest_rows(np.eye(2), np.zeros(2), 1)
    with pytest.raises(InvalidInputError, match="opposite directions"):
        mean_direction(np.array([[1.0, 0.0], [-1.0, 0.0]]))
    with pytest.raises(InvalidInputError, match="has 3 numbers, and embeddings have 2"):
        nearest_rows(np.eye(2), np.ones(3), 1)
