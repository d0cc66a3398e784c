import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from al_core.exceptions import InvalidInputError
from al_core.projection.pca import pca_2d


def test_points_on_a_cross_have_the_cross_as_their_view() -> None:
    # Four rows of length 1 in a plane: (0, ±1) and (±0.6, 0) with the rest of their length in a third direction.
    embeddings = np.array([[0, 2, 0], [0, -2, 0], [3, 0, 4], [-3, 0, 4]])
    points = pca_2d(embeddings)
    assert points.dtype == np.float32
    # The third direction has mean 0.4 and, with the second, the variance: 0, 0, 0.8, 0.8 less 0.4.
    np.testing.assert_allclose(points, [[1.0, 0.0], [-1.0, 0.0], [0.0, 0.6], [0.0, -0.6]], atol=1e-6)


def test_the_length_of_a_row_does_not_count() -> None:
    embeddings = np.random.default_rng(0).normal(size=(60, 8))
    lengths = np.linspace(1, 50, len(embeddings))[:, None]
    np.testing.assert_allclose(pca_2d(embeddings * lengths), pca_2d(embeddings), atol=1e-5)


def test_the_view_has_the_variance_that_the_eigenvalues_promise() -> None:
    embeddings = np.random.default_rng(0).normal(size=(500, 30)) * np.linspace(5, 1, 30)
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    variances = np.linalg.eigvalsh(np.cov(unit.T, ddof=0))[::-1][:2]
    np.testing.assert_allclose(pca_2d(embeddings).var(axis=0), variances, rtol=1e-3)


def test_two_columns_are_returned_as_they_are() -> None:
    embeddings = np.array([[5, 1], [0, 0], [-3, 2]])
    assert pca_2d(embeddings).tolist() == [[5, 1], [0, 0], [-3, 2]]


@pytest.mark.parametrize("n_rows", [0, 1, 2, 9])
@pytest.mark.parametrize("width", [1, 3, 40])
def test_every_small_number_of_rows_has_finite_points(n_rows: int, width: int) -> None:
    points = pca_2d(np.random.default_rng(0).normal(size=(n_rows, width)))
    assert points.shape == (n_rows, 2)
    assert np.isfinite(points).all()


@pytest.mark.parametrize("value", [0, 1])
def test_equal_rows_lie_in_the_origin(value: int) -> None:
    assert not pca_2d(np.full((40, 3), value, np.float32)).any()


def test_the_row_with_nan_is_named() -> None:
    embeddings = np.eye(9)
    embeddings[7, 2] = np.nan
    with pytest.raises(InvalidInputError, match="row 7 is not finite"):
        pca_2d(embeddings)


@pytest.mark.parametrize("shape", [(5,), (5, 0), (2, 3, 4)])
def test_embeddings_of_another_form_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInputError, match=r"shape \(N, D\)"):
        pca_2d(np.zeros(shape))


def test_the_view_does_not_depend_on_the_number_of_threads() -> None:
    embeddings = np.random.default_rng(0).normal(size=(400, 40)).astype(np.float32)
    with threadpool_limits(1):
        points = pca_2d(embeddings)
    assert pca_2d(embeddings).tobytes() == points.tobytes()
