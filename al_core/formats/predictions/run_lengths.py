"""Masks as run lengths of zeros and ones in turn, and the probability maps that several of them make."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.types import ProbabilityMap

MAX_PIXELS = 2**26
"""The largest image whose masks are read, 8,192 × 8,192: run lengths of a few bytes can claim any size."""

_MAX_VALUES = 2**28
"""The largest map in values, 1 GB of float32."""

_MAX_DIGITS = 6
"""Six digits of 5 bits hold every run length up to `MAX_PIXELS`, with its sign."""

RunLengths = NDArray[np.int64]

Mask = tuple[RunLengths, NDArray[np.float32]]
"""Run lengths, and (C,) class probabilities of the pixels inside."""


def checked_run_lengths(where: str, runs: object) -> RunLengths:
    """Return the run lengths of a mask, zeros first.

    Raises:
        FileFormatError: If they are not whole numbers, or add up to more than `MAX_PIXELS`.
    """
    if not isinstance(runs, list) or not all(type(run) is int and run >= 0 for run in runs):
        raise FileFormatError(f"{where}: expected 'segmentation', a list of run lengths from 0")
    if sum(runs) > MAX_PIXELS:
        raise FileFormatError(
            f"{where}: the run lengths add up to {sum(runs):,} pixels; at most {MAX_PIXELS:,} are read"
        )
    return np.array(runs, dtype=np.int64)


def run_lengths_of_counts(where: str, counts: object, height: int, width: int) -> RunLengths:
    """Return the run lengths of a mask from COCO's 'counts', packed or not.

    Raises:
        FileFormatError: If they are damaged, or do not fill the image.
    """
    runs = unpacked_run_lengths(where, counts) if isinstance(counts, str) else checked_run_lengths(where, counts)
    if runs.sum() != height * width:
        raise FileFormatError(f"{where}: the mask has {runs.sum():,} pixels, the image {height} × {width}")
    return runs


def unpacked_run_lengths(where: str, packed: str) -> RunLengths:
    """Return the run lengths that COCO packs into a text; pycocotools does so too, but crashes on a damaged text.

    They are in base 32, the lowest digit first; from the fourth on, each is the difference to the last but one.

    Raises:
        FileFormatError: If the text is damaged.

    Examples:
        >>> unpacked_run_lengths("mask", "253N0")
        array([2, 5, 3, 3, 3])
    """
    # A character is 48 ("0") plus a digit of five bits; bit 32 says that the number goes on.
    digits = np.frombuffer(packed.encode(), np.uint8).astype(np.int64) - 48
    ends = np.flatnonzero(digits & 32 == 0)
    lengths = np.diff(ends, prepend=-1)
    is_complete = len(ends) > 0 and ends[-1] == len(digits) - 1
    if not is_complete or ((digits < 0) | (digits > 63)).any() or lengths.max() > _MAX_DIGITS:
        raise FileFormatError(f"{where}: the 'counts' of a mask are damaged; encode the mask again")
    starts = ends - lengths + 1
    # How many digits of the same number come before each one.
    places = np.arange(len(digits)) - np.repeat(starts, lengths)
    runs: RunLengths = np.add.reduceat((digits & 31) << (5 * places), starts)
    # The highest bit of the last digit is the sign.
    is_negative = digits[ends] & 16
    runs -= np.where(is_negative, np.int64(1) << (5 * lengths), 0)
    # From the fourth on they are differences to the last but one: two running sums, of the odd and of the even ones.
    for first in (1, 2):
        runs[first::2] = runs[first::2].cumsum()
    if (runs < 0).any() or runs.sum() > MAX_PIXELS:
        raise FileFormatError(f"{where}: the 'counts' of a mask are damaged or add up to over {MAX_PIXELS:,} pixels")
    return runs


def packed_run_lengths(runs: RunLengths) -> str:
    """Return run lengths as the text into which COCO packs them; see `unpacked_run_lengths`.

    Examples:
        >>> packed_run_lengths(np.array([2, 5, 3, 3, 3]))
        '253N0'
    """
    left = np.array(runs, dtype=np.int64)
    # Masks repeat themselves from column to column: differences to the last run of the same kind are small.
    left[3:] -= runs[1:-2]
    digits = np.zeros((len(left), _MAX_DIGITS), np.uint8)
    is_used = np.zeros(digits.shape, np.bool_)
    goes_on = np.ones(len(left), np.bool_)
    for place in range(_MAX_DIGITS):
        digit = left & 31
        left >>= 5
        is_used[:, place] = goes_on
        # The sign is the highest bit of the last digit: what is left has to be all of that bit.
        ends = left == np.where(digit & 16, -1, 0)
        digits[:, place] = digit + np.where(ends, 0, 32) + 48
        goes_on &= ~ends
    return digits[is_used].tobytes().decode("ascii")


def run_length_map(source: str, masks: Sequence[Mask], n_classes: int) -> ProbabilityMap:
    """Return (1, P, C), P being the pixels inside masks; where masks overlap the last one wins.

    An image without a mask is one pixel that is certain.

    Args:
        source: The image, for messages.
        masks: Run lengths and class probabilities of each.
        n_classes: C.

    Raises:
        FileFormatError: If there are more values than fit into memory.
    """
    n_pixels = max((int(runs.sum()) for runs, _ in masks), default=0)
    owner = np.full(n_pixels, -1, dtype=np.int32)
    for number, (runs, _) in enumerate(masks):
        # Runs of zeros and of ones take turns, zeros first.
        is_inside = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
        owner[: len(is_inside)][is_inside] = number
    owner = owner[owner >= 0]
    if not len(owner):
        return np.eye(1, n_classes, dtype=np.float32)[np.newaxis]
    if len(owner) * n_classes > _MAX_VALUES:
        raise FileFormatError(f"{source} has {len(owner):,} pixels of {n_classes} classes; scale the masks down")
    distributions = np.array([distribution for _, distribution in masks], dtype=np.float32)
    pixels: ProbabilityMap = distributions[owner][np.newaxis]
    return pixels
