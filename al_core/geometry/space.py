"""Embeddings in the scale that distances are measured in, and the one definition of a distance.

A squared distance is float32: the squared differences are added up in `LANES` interleaved partial sums (component d
goes to lane d mod `LANES`, in rising order), then the lanes are folded in halves. Every method decides by this value,
so a selection does not depend on threads, block sizes or the BLAS at hand (decision 010).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.geometry import kernels
from al_core.geometry.lanes import LANES, padded_width
from al_core.types import Embeddings, Rows

# The float32 vectors that one step reads; they stay in the cache between the passes over them.
_BLOCK_BYTES = 8 << 20
# Squares of longer vectors, and products of two of them, could leave the range of float32.
_LARGEST_NORM = 1e18
# Below it a length has lost digits, and 1 divided by it may be infinite.
_LEAST_NORM = np.finfo(np.float32).tiny
# Components compared, up to which plain numpy is sooner than the kernels: about 10 ms if they are loaded, and about
# the 0.4 s that loading takes if they are not.
_SMALL_WORK = 1 << 24
_SMALL_WORK_BEFORE_LOADING = 1 << 28
# numpy spends as long per pair on 1 component as on 4.
_LEAST_COST_OF_PAIR = 4


@dataclass(frozen=True)
class Space:
    """Embeddings, read as float32 and multiplied by one factor per row.

    Factors rather than scaled copies: a dataset may be larger than memory, and kernels read its rows where they are.

    Attributes:
        embeddings: (N, D).
        scale: (N,) the factors of the checked rows; None stands for 1.
        norms: (N,) squared norms of the checked rows, after scaling.
    """

    embeddings: Embeddings
    scale: NDArray[np.float32] | None
    norms: NDArray[np.float32]

    @classmethod
    def from_embeddings(
        cls,
        embeddings: Embeddings,
        rows: Rows,
        *,
        normalize: bool,
        tick: Callable[[], None] | None = None,
        first_row: int = 0,
        keeps_zeros: bool = False,
    ) -> "Space":
        """Check the given rows and return the space they are measured in.

        Args:
            embeddings: (N, D).
            rows: The rows that are measured.
            normalize: Whether they are scaled to length 1.
            tick: Called once per block.
            first_row: The number of the first embedding in errors, where these are a part of a dataset.
            keeps_zeros: Whether a row of zeros, which has no direction, stays at the origin instead of being refused.

        Raises:
            InvalidInputError: If a row is not finite, or has no direction although it should be normalized.
        """
        scale = np.ones(len(embeddings), np.float32) if normalize else None
        norms = np.ones(len(embeddings), np.float32)
        for block in blocks(rows, embeddings.shape[1]):
            squares = _finite_squares(_read(embeddings, block), block + first_row)
            if tick:
                tick()
            if scale is None:
                norms[block] = squares
            else:
                lengths = np.sqrt(squares)
                if keeps_zeros:
                    lengths[lengths < _LEAST_NORM] = 1
                _check_directions(lengths, block + first_row)
                scale[block] = np.float32(1) / lengths
        return cls(embeddings, scale, norms)

    @property
    def dim(self) -> int:
        """How many components a vector has."""
        return int(self.embeddings.shape[1])

    def part(self, rows: Rows) -> "Space":
        """Return the space of some rows alone, numbered by their position."""
        return Space(self.vectors(rows), None, self.norms[rows])

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors of the given rows, (n, D) float32."""
        if self.scale is not None:
            return _read(self.embeddings, rows) * self.scale[rows, None]
        vectors = _read(self.embeddings, rows)
        # The caller may write into what it gets, so never into the embeddings themselves.
        return vectors.copy() if np.may_share_memory(vectors, self.embeddings) else vectors

    def padded(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors with zeros up to a multiple of `LANES`, as the compiled kernels read them."""
        vectors = self.vectors(rows)
        missing = padded_width(self.dim) - self.dim
        return np.pad(vectors, ((0, 0), (0, missing))) if missing else vectors

    def source(self, rows: Rows) -> "Source":
        """Return where compiled kernels read the given rows: in the embeddings themselves if those are float32."""
        if self.embeddings.dtype != np.float32 or not self.embeddings.flags.c_contiguous:
            return Source.from_vectors(self.vectors(rows))
        factors = np.ones(len(rows), np.float32) if self.scale is None else self.scale[rows]
        return Source(_read_only(self.embeddings), rows, factors)


class Source(NamedTuple):
    """Vectors as compiled kernels read them: vector i is row `rows[i]` of `array` times `factors[i]`."""

    array: NDArray[np.float32]
    rows: Rows
    factors: NDArray[np.float32]

    @classmethod
    def from_vectors(cls, vectors: NDArray[np.float32]) -> "Source":
        """Return all of the given vectors."""
        return cls(_read_only(vectors), np.arange(len(vectors)), np.ones(len(vectors), np.float32))

    def where(self, mask: NDArray[np.bool_]) -> "Source":
        """Return the vectors that a mask selects."""
        return Source(self.array, self.rows[mask], self.factors[mask])


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
    # Component d falls into lane d mod `width`. The reshaped array is a view, and its surplus zeros stay.
    flat = squares.reshape(n, squares.shape[1] * width)[:, :dim]
    np.subtract(vectors, other, out=flat)
    np.multiply(flat, flat, out=flat)
    # Along an outer axis numpy adds slice after slice, without pairwise summation: in rising order.
    lanes: NDArray[np.float32] = squares.sum(axis=1)
    while lanes.shape[1] > 1:
        half = lanes.shape[1] // 2
        lanes = lanes[:, :half] + lanes[:, half:]
    return lanes[:, 0]


def nearest_squared_distances(vectors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the squared distance of each vector (n, D) to the nearest of `others` (m, D), infinite if m is 0.

    Examples:
        >>> nearest_squared_distances(np.float32([[0, 0], [3, 4]]), np.float32([[1, 0], [3, 0]]))
        array([ 1., 16.], dtype=float32)
    """
    nearest = np.full(len(vectors), np.inf, np.float32)
    for other in others:
        np.minimum(nearest, squared_distances(vectors, other), out=nearest)
    return nearest


def squared_norms(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return |a|² of each row (n, D)."""
    norms: NDArray[np.float32] = np.einsum("ij,ij->i", vectors, vectors)
    return norms


def product_distances(vectors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return |a|² + |b|² - 2ab for all pairs (n, m): squared distances at the speed of a matrix product.

    Rounding is relative to the norms, so near-duplicates can come out below 0: for ranking and bounds, not for results.

    Examples:
        >>> product_distances(np.float32([[0, 0], [3, 4]]), np.float32([[1, 0], [3, 0]]))
        array([[ 1.,  9.],
               [20., 16.]], dtype=float32)
    """
    distances = vectors @ others.T
    distances *= -2
    distances += squared_norms(vectors)[:, None]
    distances += squared_norms(others)
    return distances


def unit_vectors(embeddings: Embeddings, rows: Rows) -> NDArray[np.float32]:
    """Return the given rows scaled to length 1, (n, D) float32; a row of zeros stays.

    Raises:
        InvalidInputError: If a row is not finite.
    """
    vectors = _read(embeddings, rows)
    lengths = np.sqrt(_finite_squares(vectors, rows))[:, None]
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


def rounding(dim: int) -> np.float32:
    """Return a bound on the error of a float32 scalar product or squared norm, relative to the squared norms."""
    return np.float32((dim + LANES) * np.finfo(np.float32).eps)


def is_small(space: Space, n_rows: int, n_others: int) -> bool:
    """Return whether plain numpy measures all these distances sooner than the compiled kernels, loading included."""
    work = n_rows * n_others * max(_LEAST_COST_OF_PAIR, space.dim)
    return work <= (_SMALL_WORK if kernels.are_loaded() else _SMALL_WORK_BEFORE_LOADING)


def blocks(rows: Rows, dim: int) -> list[Rows]:
    """Split rows into runs whose vectors fit the cache."""
    return row_runs(rows, max(1, _BLOCK_BYTES // (4 * max(1, dim))))


def row_runs(rows: Rows, size: int) -> list[Rows]:
    """Split rows into runs of so many, the last one perhaps shorter."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def aligned_runs(rows: Rows, size: int) -> list[Rows]:
    """Split ascending rows where multiples of `size` lie between them.

    Examples:
        >>> [run.tolist() for run in aligned_runs(np.array([1, 7, 8, 25]), 8)]
        [[1, 7], [8], [25]]
    """
    return np.split(rows, np.flatnonzero(np.diff(rows // size)) + 1) if len(rows) else []


def _read(embeddings: Embeddings, rows: Rows) -> NDArray[np.float32]:
    """Return rows as float32, a view where possible: consecutive rows are read as a slice, several times as fast."""
    if _are_consecutive(rows):
        first = int(rows[0])
        block = embeddings[first : first + len(rows)]
    else:
        block = embeddings[rows]
    return block.astype(np.float32, copy=False)


def _are_consecutive(rows: Rows) -> bool:
    # The ends first: they rule out most sets of rows without looking at the rest.
    if not len(rows) or rows[-1] - rows[0] != len(rows) - 1:
        return False
    return bool(np.all(np.diff(rows) == 1))


def _finite_squares(vectors: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
    """Return squared norms: the only check of values in the pure rooms, for it costs nothing beside the norms."""
    squares = squared_norms(vectors)
    # Negated, so that NaN is bad too.
    bad = rows[~(squares < _LARGEST_NORM**2)]
    if len(bad):
        raise InvalidInputError(
            f"the embedding of row {bad[0]} is not finite (or longer than 1e18); {len(bad)} such row(s) in its block: "
            "compute them again or leave them out of the query set"
        )
    return squares


def _check_directions(lengths: NDArray[np.float32], rows: Rows) -> None:
    empty = rows[lengths < _LEAST_NORM]
    if len(empty):
        raise InvalidInputError(
            f"the embedding of row {empty[0]} is all zeros and has no direction; leave such rows out of the query set "
            "or measure without scaling (normalize=False)"
        )
