"""Embeddings in the scale that distances are measured in, and the one definition of a distance.

A squared distance is float32: the squared differences are added up in `LANES` interleaved partial sums (component d
goes to lane d mod `LANES`, in rising order), then the lanes are folded in halves. Every method decides by this value,
so a selection does not depend on threads, block sizes or the BLAS at hand.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

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
    """Embeddings, read as float32 and multiplied by one factor per row.

    Attributes:
        embeddings: (N, D).
        scale: (N,) the factors of the checked rows; None stands for 1.
        norms: (N,) squared norms of the checked rows, after scaling.
    """

    embeddings: Embeddings
    scale: NDArray[np.float32] | None
    norms: NDArray[np.float32]

    @classmethod
    def of(
        cls, embeddings: Embeddings, rows: Rows, *, normalize: bool, tick: Callable[[], None] | None = None
    ) -> "Space":
        """Check the given rows and return the space they are measured in; `tick` is called now and then.

        Raises:
            InvalidInputError: If a row is not finite, or has no direction although it should be normalised.
        """
        scale = np.ones(len(embeddings), np.float32) if normalize else None
        norms = np.ones(len(embeddings), np.float32)
        for block in blocks(rows, embeddings.shape[1]):
            squares = _finite_squares(embeddings, block)
            if tick:
                tick()
            if scale is None:
                norms[block] = squares
            else:
                lengths = np.sqrt(squares)
                _check_directions(lengths, block)
                scale[block] = np.float32(1) / lengths
        return cls(embeddings, scale, norms)

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors of the given rows, (n, D) float32."""
        run = _run(rows)
        # A slice is a view of the embeddings, which the caller shall not write into.
        vectors = self.embeddings[run].astype(np.float32, copy=isinstance(run, slice) and self.scale is None)
        return vectors if self.scale is None else vectors * self.scale[rows, None]

    def padded(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors with zeros up to a multiple of `LANES`, as the compiled kernels read them."""
        vectors = self.vectors(rows)
        missing = -vectors.shape[1] % LANES
        return np.pad(vectors, ((0, 0), (0, missing))) if missing else vectors

    def source(self, rows: Rows) -> "Source":
        """Return where compiled kernels read the given rows: in the embeddings themselves if those are float32."""
        if self.embeddings.dtype != np.float32 or not self.embeddings.flags.c_contiguous:
            return Source.of(self.vectors(rows))
        factors = np.ones(len(rows), np.float32) if self.scale is None else self.scale[rows]
        return Source(_read_only(self.embeddings), rows, factors)


class Source(NamedTuple):
    """Vectors as compiled kernels read them: vector i is row `rows[i]` of `array` times `factors[i]`."""

    array: NDArray[np.float32]
    rows: Rows
    factors: NDArray[np.float32]

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> "Source":
        """Return all of the given vectors."""
        return cls(_read_only(vectors), np.arange(len(vectors)), np.ones(len(vectors), np.float32))

    def take(self, which: NDArray[np.bool_]) -> "Source":
        """Return some of the vectors."""
        return Source(self.array, self.rows[which], self.factors[which])


def _read_only(array: Embeddings) -> NDArray[np.float32]:
    """Return a view that may not be written: kernels are compiled once for arrays in memory and on disk."""
    view = np.ascontiguousarray(array, np.float32).view(np.ndarray)
    view.flags.writeable = False
    return view


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


def rounding(dim: int) -> np.float32:
    """Return a bound on the error of a float32 scalar product or squared norm, relative to the squared norms."""
    return np.float32((dim + LANES) * np.finfo(np.float32).eps)


def is_small(space: Space, n_rows: int, n_others: int) -> bool:
    """Return whether plain numpy measures all these distances sooner than the compiled kernels, loading included."""
    work = n_rows * n_others * max(4, space.embeddings.shape[1])
    return bool(
        work <= (_LITTLE_WORK if "al_core.geometry.distance_kernel" in sys.modules else _LITTLE_WORK_BEFORE_LOADING)
    )


def blocks(rows: Rows, dim: int) -> list[Rows]:
    """Split rows into runs whose vectors fit the cache."""
    size = max(1, _BLOCK_BYTES // (4 * max(1, dim)))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _run(rows: Rows) -> Rows | slice:
    """Return consecutive rows as a slice, which is read several times as fast."""
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and np.all(np.diff(rows) == 1):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _finite_squares(embeddings: Embeddings, rows: Rows) -> NDArray[np.float32]:
    vectors = embeddings[_run(rows)].astype(np.float32, copy=False)
    squares: NDArray[np.float32] = np.einsum("ij,ij->i", vectors, vectors)
    bad = rows[~(squares < _LARGEST_NORM**2)]
    if len(bad):
        raise InvalidInputError(
            f"the embedding of row {bad[0]} is not finite (or longer than 1e18); {len(bad)} such row(s) in its block: "
            "compute them again or leave them out of the query set"
        )
    return squares


def _check_directions(norms: NDArray[np.float32], rows: Rows) -> None:
    empty = rows[norms < np.finfo(np.float32).tiny]
    if len(empty):
        raise InvalidInputError(
            f"the embedding of row {empty[0]} is all zeros and has no direction; leave such rows out of the query set "
            "or measure without scaling (normalize=False)"
        )
