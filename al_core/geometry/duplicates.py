"""Near-duplicates: rows that repeat an earlier one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.principal import principal_directions
from al_core.geometry.space import blocks, product_distances, unit_vectors
from al_core.types import Embeddings, Progress, Rows

# Rows compared at once, and with how many of the unique ones so far: the bounds of one such pair of blocks are 64 MB.
_BLOCK_ROWS = 1_024
_UNIQUE_BLOCK_ROWS = 16_384
_SKETCH_DIM = 64
# Enough rows to find directions of large variance: any orthonormal directions give a valid bound.
_SAMPLE_ROWS = 4_096
# Rounding may lift a squared distance between sketches of unit vectors above the one that it bounds.
_ROUNDING = 1e-5


def find_duplicates(
    embeddings: Embeddings,
    threshold: float = 0.3,
    *,
    digests: NDArray[np.uint8] | None = None,
    progress: Progress | None = None,
) -> Rows:
    """Return the rows that repeat an earlier row; without them no two rows are within `threshold`.

    The first of several similar rows stays. Distances are first bounded from below in the 64 directions of the
    largest spread, so that few pairs are compared in full; the result is exact all the same.

    Args:
        embeddings: (N, D).
        threshold: Largest Euclidean distance of duplicates, between embeddings of length 1: from 0 to 2. With the
            bundled model 0.1 finds copies saved anew, 0.3 most that were shifted, scaled or blurred as well;
            photographs of different things are more than 1 apart.
        digests: (N, B) of the files' contents; rows of equal digests are duplicates whatever their embeddings.
        progress: Called with (rows done, rows to do).

    Returns:
        Ascending rows.

    Raises:
        InvalidInputError: If a row is not finite.

    Examples:
        >>> find_duplicates(np.array([[1, 0], [0, 1], [1, 0.01], [0, 1]]), 0.1).tolist()
        [2, 3]
    """
    # Files equal byte for byte are settled by their digests; their embeddings are never compared.
    is_duplicate = np.zeros(len(embeddings), bool) if digests is None else _repeats_earlier(digests)
    candidates = np.flatnonzero(~is_duplicate)
    tick = partial(progress, 0, len(candidates)) if progress else lambda: None
    pairs = _NearPairs.from_embeddings(embeddings, threshold, tick)
    unique = np.empty(0, np.int64)
    for start in range(0, len(candidates), _BLOCK_ROWS):
        block = candidates[start : start + _BLOCK_ROWS]
        # As if rows came one by one: only a row that stays makes later ones repeat it.
        remaining = block[~_near_unique(pairs, block, unique)]
        first = remaining[~_near_earlier(pairs, remaining)]
        is_duplicate[np.setdiff1d(block, first)] = True
        unique = np.concatenate([unique, first])
        if progress:
            progress(start + len(block), len(candidates))
    return np.flatnonzero(is_duplicate)


def _repeats_earlier(digests: NDArray[np.uint8]) -> NDArray[np.bool_]:
    _, first, group = np.unique(digests, axis=0, return_index=True, return_inverse=True)
    # numpy 2.0.0 alone gives the inverse a second axis.
    is_repeated: NDArray[np.bool_] = first[group.reshape(-1)] != np.arange(len(digests))
    return is_repeated


@dataclass(frozen=True)
class _NearPairs:
    """Finds the pairs of rows within a threshold.

    Attributes:
        unit: (N, D) embeddings of length 1.
        sketch: (N, k) their components along orthonormal directions: never farther apart than the embeddings.
        threshold: A Euclidean distance.
    """

    unit: NDArray[np.float32]
    sketch: NDArray[np.float32]
    threshold: float

    @classmethod
    def from_embeddings(cls, embeddings: Embeddings, threshold: float, tick: Callable[[], None]) -> "_NearPairs":
        n_rows, dim = embeddings.shape
        parts = blocks(np.arange(n_rows), dim)
        unit = np.empty((n_rows, dim), np.float32)
        for part in parts:
            unit[part] = unit_vectors(embeddings, part)
            tick()
        # A stride takes rows from all over a sorted dataset and needs no seed.
        sample = unit[:: 1 + n_rows // _SAMPLE_ROWS]
        directions = principal_directions(lambda: [sample], dim, min(dim, _SKETCH_DIM))
        sketch = np.empty((n_rows, directions.shape[1]), np.float32)
        for part in parts:
            sketch[part] = unit[part] @ directions
            tick()
        return cls(unit, sketch, threshold)

    def between(self, rows: Rows, others: Rows) -> tuple[Rows, Rows]:
        """Return the positions in `rows`, ascending, and in `others` of all near pairs."""
        bounds = product_distances(self.sketch[rows], self.sketch[others])
        left, right = np.nonzero(bounds <= self.threshold**2 + _ROUNDING)
        is_near = np.empty(len(left), bool)
        # In parts: a dataset of many copies has far more near pairs than rows.
        for start in range(0, len(left), _BLOCK_ROWS):
            part = slice(start, start + _BLOCK_ROWS)
            differences = self.unit[rows[left[part]]] - self.unit[others[right[part]]]
            is_near[part] = np.linalg.norm(differences, axis=1) <= self.threshold
        return left[is_near], right[is_near]


def _near_unique(pairs: _NearPairs, block: Rows, unique: Rows) -> NDArray[np.bool_]:
    is_near = np.zeros(len(block), bool)
    for start in range(0, len(unique), _UNIQUE_BLOCK_ROWS):
        remaining = np.flatnonzero(~is_near)
        near, _ = pairs.between(block[remaining], unique[start : start + _UNIQUE_BLOCK_ROWS])
        is_near[remaining[near]] = True
    return is_near


def _near_earlier(pairs: _NearPairs, rows: Rows) -> NDArray[np.bool_]:
    """Return which of `rows` are near an earlier one of them that stays itself."""
    later, earlier = pairs.between(rows, rows)
    is_near = np.zeros(len(rows), bool)
    # In ascending order, so that it is decided for every earlier row whether it stays.
    for position in np.unique(later[earlier < later]).tolist():
        neighbors = earlier[np.searchsorted(later, position) : np.searchsorted(later, position, "right")]
        is_near[position] = (~is_near[neighbors[neighbors < position]]).any()
    return is_near
