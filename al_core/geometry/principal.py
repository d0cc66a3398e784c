"""Principal directions: the orthonormal directions in which rows spread the most.

A matrix (N, D) comes as a function that yields its rows in chunks, from the start at each call: it may be larger than
memory, and takes one pass per use.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Chunks: TypeAlias = Callable[[], Iterable[NDArray[np.float32]]]
"""Yields the rows of a matrix, float32, in chunks."""

# A covariance of more columns takes longer than the passes of a power iteration.
_MAX_COVARIANCE_COLUMNS = 1_024
# Halko, Martinsson and Tropp recommend an excess of 5 to 10 columns, which separates the wanted from the next
# directions; after five products what remains of the error is below float32 for spectra of real embeddings.
_EXCESS_COLUMNS = 10
_ROUNDS = 5


def column_means(chunks: Chunks) -> NDArray[np.float32]:
    """Return the mean of each column, (D,), summed in double precision.

    Examples:
        >>> column_means(lambda: [np.float32([[1, 0], [3, 0]]), np.float32([[5, 6]])])
        array([3., 2.], dtype=float32)
    """
    n_rows = 0
    # A scalar at first: the width is that of the first chunk.
    total = np.float64(0)
    for chunk in chunks():
        n_rows += len(chunk)
        total = total + chunk.sum(axis=0, dtype=np.float64)
    return np.asarray(total / n_rows, np.float32)


def principal_directions(chunks: Chunks, dim: int, n: int) -> NDArray[np.float32]:
    """Return (D, n) orthonormal columns along which the sum of squares is largest, the largest first.

    Squares are taken about the origin: subtract `column_means` first for directions of the largest variance. The sign
    is fixed: the largest weight of each direction is positive.

    Args:
        chunks: The rows.
        dim: D.
        n: How many directions, up to D.

    Examples:
        >>> cross = np.float32([[0, 3], [0, -3], [1, 0], [-1, 0]])
        >>> principal_directions(lambda: [cross], 2, 1)
        array([[0.],
               [1.]], dtype=float32)
    """
    find = _directions_of_covariance if dim <= _MAX_COVARIANCE_COLUMNS else _directions_by_iteration
    directions = find(chunks, dim, n)
    largest = np.abs(directions).argmax(axis=0)
    # Never 0: a column of length 1 has a component that is not.
    directions *= np.sign(directions[largest, np.arange(n)])
    return directions


def dominant_subspace(chunks: Chunks, dim: int, n: int, n_rounds: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return (D, n) orthonormal columns that span roughly the first n principal directions, in no order.

    Block power iteration: each round multiplies a random basis by the covariance and makes it orthonormal again.

    Source: Halko, Martinsson, Tropp, Finding structure with randomness, arXiv:0909.4061, algorithm 4.4.
    """
    start = rng.standard_normal((dim, n)).astype(np.float32)
    basis = _orthonormal(start)
    for _ in range(n_rounds):
        basis = _orthonormal(_times_covariance(chunks, basis))
    return basis


def _directions_of_covariance(chunks: Chunks, dim: int, n: int) -> NDArray[np.float32]:
    from scipy.linalg import eigh

    covariance = np.zeros((dim, dim))
    for chunk in chunks():
        # The products are float32; their sum over many chunks is double.
        covariance += chunk.T @ chunk
    _, directions = eigh(covariance, subset_by_index=[dim - n, dim - 1])
    # `eigh` sorts in ascending order; the largest direction comes first here.
    return np.ascontiguousarray(directions[:, ::-1], np.float32)


def _directions_by_iteration(chunks: Chunks, dim: int, n: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    basis = dominant_subspace(chunks, dim, min(n + _EXCESS_COLUMNS, dim), _ROUNDS, rng)
    # Within the subspace the covariance is small enough for its eigenvectors (Rayleigh-Ritz).
    _, rotation = np.linalg.eigh(basis.T @ _times_covariance(chunks, basis))
    return np.ascontiguousarray(basis @ rotation[:, ::-1][:, :n], np.float32)


def _times_covariance(chunks: Chunks, basis: NDArray[np.float32]) -> NDArray[np.float32]:
    product = np.zeros_like(basis)
    for chunk in chunks():
        # Two thin products: the (D, D) covariance is never built.
        product += chunk.T @ (chunk @ basis)
    return product


def _orthonormal(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    basis, _ = np.linalg.qr(matrix)
    return basis
