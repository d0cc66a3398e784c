"""The linear view: the plane in which the embeddings spread the most."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry.principal import column_means, principal_directions
from al_core.geometry.space import unit_vectors
from al_core.types import Embeddings

# Rows per matrix product; with 1,024 columns 32 MB.
_CHUNK_ROWS = 8_192


def pca_2d(embeddings: Embeddings) -> NDArray[np.float32]:
    """Return the (N, 2) coordinates of the rows, scaled to length 1, along the two directions of largest variance.

    The direction of larger variance comes first. The sign is fixed: the largest weight of each direction is positive.
    An embedding that has two columns already is returned as it is.

    Args:
        embeddings: (N, D).

    Raises:
        InvalidInputError: `embeddings` is not two-dimensional or a row is not finite.
    """
    if embeddings.ndim != 2 or not embeddings.shape[1]:
        raise InvalidInputError(f"embeddings must have shape (N, D), one row per sample, but has {embeddings.shape}")
    n_rows, dim = embeddings.shape
    if dim == 2:
        return np.array(embeddings, np.float32)
    points = np.zeros((n_rows, 2), np.float32)
    if not n_rows:
        return points
    coordinates = _along_largest_variance(embeddings)
    # With one column in all, the second coordinate stays 0.
    points[:, : coordinates.shape[1]] = coordinates
    return points


def _along_largest_variance(embeddings: Embeddings) -> NDArray[np.float32]:
    from threadpoolctl import threadpool_limits

    mean = column_means(lambda: _unit_chunks(embeddings))

    def deviations() -> Iterator[NDArray[np.float32]]:
        # Chunk by chunk: a centered copy of all rows is never held.
        return (chunk - mean for chunk in _unit_chunks(embeddings))

    dim = embeddings.shape[1]
    # One thread: where a library of matrices cuts a product for its threads changes the last bits, and a worker of a
    # cluster, which has one, must draw the map that any machine draws.
    with threadpool_limits(1):
        directions = principal_directions(deviations, dim, min(dim, 2))
        return np.concatenate([chunk @ directions for chunk in deviations()])


def _unit_chunks(embeddings: Embeddings) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(embeddings), _CHUNK_ROWS):
        stop = min(start + _CHUNK_ROWS, len(embeddings))
        yield unit_vectors(embeddings, np.arange(start, stop))
