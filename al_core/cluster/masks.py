"""Ascending rows of a shard as bits: an eighth of a byte per row of the shard instead of eight bytes per row."""

import numpy as np
from numpy.typing import NDArray

from al_core.types import Rows


def packed(rows: Rows, n_rows: int) -> NDArray[np.uint8] | None:
    """Return rows out of 0 to n_rows - 1 as bits; None stands for all.

    Examples:
        >>> packed(np.array([0, 9]), 10)
        array([128,  64], dtype=uint8)
    """
    if len(rows) == n_rows:
        return None
    mask = np.zeros(n_rows, np.bool_)
    mask[rows] = True
    return np.packbits(mask)


def unpacked(bits: NDArray[np.uint8] | None, n_rows: int) -> Rows:
    """Return the rows that `packed` was given.

    Examples:
        >>> unpacked(np.array([128, 64], np.uint8), 10)
        array([0, 9])
    """
    return np.arange(n_rows) if bits is None else np.flatnonzero(np.unpackbits(bits, count=n_rows))
