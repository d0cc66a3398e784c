import numpy as np
from numpy.typing import NDArray

from al_core.types import Embeddings, Progress, Rows

BLOCK = 1024
KEPT_BLOCK = 16384
SKETCH_SIZE = 64


def find_duplicates(
    embeddings: Embeddings,
    threshold: float = 0.3,
    *,
    digests: NDArray[np.uint8] | None = None,
    progress: Progress | None = None,
) -> Rows:
    """Return the rows that repeat an earlier row; without them no two rows are within `threshold`.

    The first of several alike rows is kept. Distances are first bounded from below in the 64 directions of the
    largest variance, so that few pairs are compared in full; the result is exact all the same.

    Args:
        embeddings: (N, D).
        threshold: Largest Euclidean distance of duplicates, between embeddings of length 1: from 0 to 2. With the
            built-in model 0.1 finds copies saved anew, 0.3 most that were shifted, scaled or blurred as well;
            photographs of different things are more than 1 apart.
        digests: (N, B) of the files' contents; rows of equal digests are duplicates whatever their embeddings.
        progress: Called with (rows done, N).

    Returns:
        Ascending rows.

    Examples:
        >>> find_duplicates(np.array([[1, 0], [0, 1], [1, 0.01], [0, 1]]), 0.1).tolist()
        [2, 3]
    """
    is_duplicate = _equal_to_earlier(digests) if digests is not None else np.zeros(len(embeddings), bool)
    candidates = np.flatnonzero(~is_duplicate)
    unit = np.asarray(embeddings, np.float32)
    unit = unit / np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    sketch = unit @ _main_directions(unit)
    kept = np.empty(0, np.int64)
    for start in range(0, len(candidates), BLOCK):
        block = candidates[start : start + BLOCK]
        fresh = block[~_near_kept(unit, sketch, block, kept, threshold)]
        first = fresh[~_near_earlier(unit, sketch, fresh, threshold)]
        is_duplicate[np.setdiff1d(block, first)] = True
        kept = np.concatenate([kept, first])
        if progress:
            progress(start + len(block), len(candidates))
    return np.flatnonzero(is_duplicate)


def _equal_to_earlier(digests: NDArray[np.uint8]) -> NDArray[np.bool_]:
    _, first, group = np.unique(digests, axis=0, return_index=True, return_inverse=True)
    repeated: NDArray[np.bool_] = first[group.reshape(-1)] != np.arange(len(digests))
    return repeated


def _main_directions(unit: NDArray[np.float32]) -> NDArray[np.float32]:
    # Every 1 + N // 4096-th row is sample enough: any orthonormal directions give a valid bound.
    sample = unit[:: 1 + len(unit) // 4096]
    _, directions = np.linalg.eigh(sample.T @ sample)
    return np.ascontiguousarray(directions[:, -SKETCH_SIZE:])


def _near_kept(
    unit: NDArray[np.float32], sketch: NDArray[np.float32], block: Rows, kept: Rows, threshold: float
) -> NDArray[np.bool_]:
    is_near = np.zeros(len(block), bool)
    for start in range(0, len(kept), KEPT_BLOCK):
        left = np.flatnonzero(~is_near)
        one, _ = _near_pairs(unit, sketch, block[left], kept[start : start + KEPT_BLOCK], threshold)
        is_near[left[one]] = True
    return is_near


def _near_earlier(
    unit: NDArray[np.float32], sketch: NDArray[np.float32], rows: Rows, threshold: float
) -> NDArray[np.bool_]:
    """Return which of `rows` are near an earlier one of them that is not so itself."""
    later, earlier = _near_pairs(unit, sketch, rows, rows, threshold)
    is_near = np.zeros(len(rows), bool)
    for position in np.unique(later[earlier < later]).tolist():
        neighbours = earlier[np.searchsorted(later, position) : np.searchsorted(later, position, "right")]
        is_near[position] = (~is_near[neighbours[neighbours < position]]).any()
    return is_near


def _near_pairs(
    unit: NDArray[np.float32], sketch: NDArray[np.float32], rows: Rows, others: Rows, threshold: float
) -> tuple[Rows, Rows]:
    """Return the positions in `rows`, ascending, and in `others` of all pairs within the threshold."""
    # Rounding may lift a bound above the distance that it bounds.
    bound = _squared_distances(sketch[rows], sketch[others]) <= threshold**2 + 1e-5
    one, other = np.nonzero(bound)
    is_near = np.empty(len(one), bool)
    for start in range(0, len(one), BLOCK):
        part = slice(start, start + BLOCK)
        gaps = np.linalg.norm(unit[rows[one[part]]] - unit[others[other[part]]], axis=1)
        is_near[part] = gaps <= threshold
    return one[is_near], other[is_near]


def _squared_distances(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    squares: NDArray[np.float32] = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)
    squares -= 2 * (left @ right.T)
    return squares
