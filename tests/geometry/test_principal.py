from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.geometry import principal
from al_core.geometry.principal import Chunks, column_means, dominant_subspace, principal_directions

CROSS = np.array([[0, 2, 0], [0, -2, 0], [1, 0, 0], [-1, 0, 0]], np.float32)


def in_chunks(rows: NDArray[np.float32], size: int) -> Chunks:
    def chunks() -> Iterator[NDArray[np.float32]]:
        return (rows[start : start + size] for start in range(0, len(rows), size))

    return chunks


def spread() -> NDArray[np.float32]:
    """Rows whose directions have the deviations 5, 4.86, ..., 1."""
    return (np.random.default_rng(0).normal(size=(500, 30)) * np.linspace(5, 1, 30)).astype(np.float32)


def test_a_cross_spreads_along_its_long_arm_then_along_its_short_one() -> None:
    np.testing.assert_allclose(principal_directions(in_chunks(CROSS, 3), 3, 2), [[0, 1], [1, 0], [0, 0]], atol=1e-6)


@pytest.mark.parametrize("largest_covariance", [1_024, 1])
def test_directions_hold_the_squares_that_the_eigenvalues_promise(
    largest_covariance: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(principal, "_MAX_COVARIANCE_COLUMNS", largest_covariance)
    rows = spread()
    directions = principal_directions(in_chunks(rows, 64), 30, 2)
    eigenvalues = np.linalg.eigvalsh(rows.T.astype(np.float64) @ rows)[::-1][:2]
    np.testing.assert_allclose(np.square(rows @ directions).sum(axis=0), eigenvalues, rtol=1e-3)
    np.testing.assert_allclose(directions.T @ directions, np.eye(2), atol=1e-5)


def test_the_largest_weight_of_a_direction_is_positive() -> None:
    directions = principal_directions(in_chunks(-np.abs(spread()), 500), 30, 3)
    assert (np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[None], axis=0) > 0).all()


def test_more_directions_than_the_excess_allows_are_as_many_as_there_are_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(principal, "_MAX_COVARIANCE_COLUMNS", 1)
    assert principal_directions(in_chunks(CROSS, 4), 3, 3).shape == (3, 3)


def test_a_dominant_subspace_holds_the_directions_of_largest_spread() -> None:
    rows = np.random.default_rng(1).normal(size=(200, 3)).astype(np.float32) @ np.eye(3, 40, dtype=np.float32)
    basis = dominant_subspace(in_chunks(rows, 200), 40, 3, 2, np.random.default_rng(0))
    np.testing.assert_allclose(basis.T @ basis, np.eye(3), atol=1e-5)
    np.testing.assert_allclose(rows @ basis @ basis.T, rows, atol=1e-4)


def test_means_do_not_depend_on_the_chunks() -> None:
    rows = spread()
    np.testing.assert_array_equal(column_means(in_chunks(rows, 7)), column_means(in_chunks(rows, 500)))
    np.testing.assert_allclose(column_means(in_chunks(CROSS + 1, 3)), [1, 1, 1])
