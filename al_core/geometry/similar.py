"""The rows most like a vector, exactly: one product with every row, and the first ones measured again in float64."""

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.types import Embeddings, Rows

# 16,384 rows of 512 float32 are 32 MB: read from a mapped file while the next are fetched ahead.
_BLOCK_ROWS = 16_384


def row_lengths(embeddings: Embeddings) -> NDArray[np.float32]:
    """Return the length of each row, (N,); whoever searches again passes them on, which halves the time.

    Examples:
        >>> row_lengths(np.array([[3.0, 4.0], [0.0, 1.0]], np.float32))
        array([5., 1.], dtype=float32)
    """
    lengths = np.empty(len(embeddings), np.float32)
    for start in range(0, len(embeddings), _BLOCK_ROWS):
        block = np.asarray(embeddings[start : start + _BLOCK_ROWS], np.float32)
        lengths[start : start + _BLOCK_ROWS] = np.sqrt(np.einsum("ij,ij->i", block, block))
    return lengths


def mean_direction(vectors: Embeddings) -> NDArray[np.float64]:
    """Return the mean of vectors scaled to unit length, (D,).

    Raises:
        InvalidInputError: If one has no direction, or they cancel each other.
    """
    wide = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths) & (lengths > 0)):
        raise InvalidInputError("an image whose embedding is all zeros, infinite or not a number resembles nothing")
    mean: NDArray[np.float64] = (wide / lengths).mean(axis=0)
    if not np.linalg.norm(mean) > 0:
        raise InvalidInputError("the images point in opposite directions: nothing is like all of them")
    return mean


def nearest_rows(
    embeddings: Embeddings, vector: NDArray[np.floating], n_rows: int, *, lengths: NDArray[np.float32] | None = None
) -> tuple[Rows, NDArray[np.float64]]:
    """Return the rows nearest to a vector, nearest first, the lowest row among equals, and their distances.

    Distances are Euclidean between unit vectors, 0 to 2. Rows without a direction (zeros, NaN) are not returned.

    Args:
        embeddings: (N, D), in memory or mapped from disk.
        vector: (D,).
        n_rows: How many rows at most.
        lengths: (N,) as `row_lengths` returns them.

    Examples:
        >>> rows, distances = nearest_rows(np.eye(3, dtype=np.float32), np.array([2.0, 1.0, 0.0]), 2)
        >>> rows.tolist(), distances.round(3).tolist()
        ([0, 1], [0.46, 1.051])
    """
    direction = mean_direction(np.asarray(vector)[None])
    if direction.shape != embeddings.shape[1:]:
        raise InvalidInputError(f"the vector has {len(direction)} numbers, and embeddings have {embeddings.shape[1]}")
    lengths = row_lengths(embeddings) if lengths is None else lengths
    cosines = _cosines(embeddings, direction.astype(np.float32), lengths)
    has_direction = np.flatnonzero(np.isfinite(cosines))
    n_rows = min(n_rows, len(has_direction))
    if not n_rows:
        return np.empty(0, np.int64), np.empty(0)
    # A sum of D products in float32 is off by at most D roundings; both sides of a comparison may be.
    tolerance = 2 * (embeddings.shape[1] + 8) * 2.0**-23
    # The cosine of the last of the nearest, for now: whatever rounding could lift above it is measured again.
    last = np.partition(cosines[has_direction], len(has_direction) - n_rows)[len(has_direction) - n_rows]
    rows = has_direction[cosines[has_direction] >= last - tolerance]
    distances = _exact_distances(embeddings, rows, direction / np.linalg.norm(direction))
    order = np.lexsort([rows, distances])[:n_rows]
    return rows[order].astype(np.int64), distances[order]


def _exact_distances(embeddings: Embeddings, rows: Rows, unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances of rows, which are few unless nearly all rows are alike, to a unit vector, (n,)."""
    distances = np.empty(len(rows))
    for start in range(0, len(rows), _BLOCK_ROWS):
        block = np.asarray(embeddings[rows[start : start + _BLOCK_ROWS]], np.float64)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
        distances[start : start + len(block)] = np.linalg.norm(block - unit, axis=1)
    return distances


def _cosines(
    embeddings: Embeddings, direction: NDArray[np.float32], lengths: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the cosine of every row with a unit direction, NaN for rows that have none, (N,)."""
    products = np.empty(len(embeddings), np.float32)
    unit = direction / np.linalg.norm(direction)
    for start in range(0, len(embeddings), _BLOCK_ROWS):
        block = np.asarray(embeddings[start : start + _BLOCK_ROWS], np.float32)
        np.matmul(block, unit, out=products[start : start + len(block)])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(lengths > 0, products / lengths, np.float32(np.nan))
