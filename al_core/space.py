"""Embeddings in the scale that distances are measured in, and the one definition of a distance.

A squared distance is float32: the squared differences are added up in `LANES` interleaved partial sums (component d
goes to lane d mod `LANES`, in rising order), then the lanes are folded in halves. Every method decides by this value,
so a selection does not depend on threads, block sizes or the BLAS at hand.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.types import Embeddings, Rows

LANES = 16
_BLOCK_BYTES = 8 << 20
_LARGEST_NORM = 1e18
_LITTLE_WORK, _LITTLE_WORK_BEFORE_LOADING = 1 << 24, 1 << 28


@dataclass(frozen=True)
class Space:
    """Embeddings, read as float32 and multiplied by one factor per row."""

    embeddings: Embeddings
    scale: NDArray[np.float32] | None

    @classmethod
    def of(
        cls, embeddings: Embeddings, rows: Rows, *, normalize: bool, tick: Callable[[], None] | None = None
    ) -> "Space":
        """Check the given rows and return the space they are measured in; `tick` is called now and then.

        Raises:
            InvalidInputError: If a row is not finite, or has no direction although it should be normalised.
        """
        scale = np.ones(len(embeddings), np.float32) if normalize else None
        for block in blocks(rows, embeddings.shape[1]):
            norms = _finite_norms(embeddings, block)
            if tick:
                tick()
            if scale is not None:
                _check_directions(norms, block)
                scale[block] = np.float32(1) / norms
        return cls(embeddings, scale)

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors of the given rows, (n, D) float32."""
        vectors = self.embeddings[rows].astype(np.float32, copy=False)
        return vectors if self.scale is None else vectors * self.scale[rows, None]

    def padded(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors with zeros up to a multiple of `LANES`, as the compiled kernels read them."""
        vectors = self.vectors(rows)
        missing = -vectors.shape[1] % LANES
        return np.pad(vectors, ((0, 0), (0, missing))) if missing else vectors


def squared_distances(vectors: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the squared Euclidean distance of each row to the same row of `other`, or to one vector.

    Examples:
        >>> squared_distances(np.float32([[0, 0], [3, 4]]), np.float32([3, 0]))
        array([ 9., 16.], dtype=float32)
    """
    n, dim = vectors.shape
    # Lanes beyond a short vector would only add zeros.
    width = min(LANES, 1 << (dim - 1).bit_length())
    squares = np.zeros((n, -(-dim // width), width), np.float32)
    flat = squares.reshape(n, squares.shape[1] * width)[:, :dim]
    np.subtract(vectors, other, out=flat)
    np.multiply(flat, flat, out=flat)
    lanes: NDArray[np.float32] = squares.sum(axis=1)
    while lanes.shape[1] > 1:
        half = lanes.shape[1] // 2
        lanes = lanes[:, :half] + lanes[:, half:]
    return lanes[:, 0]


def is_small(space: Space, n_rows: int, n_others: int) -> bool:
    """Return whether plain numpy measures all these distances sooner than the compiled kernels, loading included."""
    work = n_rows * n_others * max(4, space.embeddings.shape[1])
    return bool(work <= (_LITTLE_WORK if "al_core.kernels" in sys.modules else _LITTLE_WORK_BEFORE_LOADING))


def blocks(rows: Rows, dim: int) -> list[Rows]:
    """Split rows into runs whose vectors fit the cache."""
    size = max(1, _BLOCK_BYTES // (4 * max(1, dim)))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _finite_norms(embeddings: Embeddings, rows: Rows) -> NDArray[np.float32]:
    vectors = embeddings[rows].astype(np.float32, copy=False)
    norms: NDArray[np.float32] = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    bad = rows[~(norms < _LARGEST_NORM)]
    if len(bad):
        raise InvalidInputError(
            f"the embedding of row {bad[0]} is not finite (or longer than 1e18); {len(bad)} such row(s) in its block: "
            "compute them again or leave them out of the query set"
        )
    return norms


def _check_directions(norms: NDArray[np.float32], rows: Rows) -> None:
    empty = rows[norms < np.finfo(np.float32).tiny]
    if len(empty):
        raise InvalidInputError(
            f"the embedding of row {empty[0]} is all zeros and has no direction; leave such rows out of the query set "
            "or measure without scaling (normalize=False)"
        )
