"""The three uncertainty scores in one pass over the probabilities.

Rows are taken in blocks that fit in the cache and added column by column: then every step handles many rows alike,
which the compiler turns into vector instructions, whatever the number of classes. `uncertainties_in_numpy` is the plain
reference that tests compare with.

The logarithm is computed here because the library's is a call per number, which keeps the loop from being vectorized.
It splits x = m 2^e by the bits of the floating-point number, with m in [1/√2, √2]. Then, with s = (m - 1) / (m + 1),

    log2 x = e + 2/ln 2 · artanh(s) = e + 2/ln 2 · (s + s³/3 + s⁵/5 + …)

(Abramowitz and Stegun, Handbook of Mathematical Functions, 4.1.27). As |s| is at most (√2 - 1) / (√2 + 1) = 0.172, the
first term left out after n terms is at most 0.172^(2n) / (2n + 1) of the first one: 2e-9 for the 5 terms of float32 and
2.4e-17 for the 10 terms of float64, both below half a unit in the last place (6e-8 and 1.1e-16).
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from al_core.types import Probabilities, Scores

BLOCK_ROWS = 384
"""Rows per block: the column and three accumulators take 6 KB in float32, a fifth of a first-level cache of 32 KB."""

N_TERMS = {4: 5, 8: 10}
"""Terms of the series by the size of the floating-point type in bytes; see above."""


def uncertainties_in_numba(
    probabilities: Probabilities, largest: Scores, bounds: tuple[float, float], out: Scores
) -> None:
    """Do the same as `al_core.scorers.uncertainty.uncertainties_in_numpy`, in one pass.

    Args:
        probabilities: (N, C) in C order, float32 or float64, C at least 2.
        largest: (3,) what to divide each score by.
        bounds: Where to clip the scores.
        out: (3, N) of the type of the probabilities, for the scores; each row contiguous.
    """
    dtype = probabilities.dtype
    # One block of a column, as integers so that the kernel reads both the bits and, by a view, the numbers.
    column_bits = np.empty(BLOCK_ROWS, f"int{8 * dtype.itemsize}")
    _score_rows(
        probabilities,
        largest.astype(dtype),
        np.array(bounds, dtype),
        column_bits,
        _artanh_series(dtype),
        least_confidence=out[0],
        margin=out[1],
        entropies=out[2],
    )


def _artanh_series(dtype: np.dtype[Any]) -> tuple[np.floating, ...]:
    """Return the coefficients 2/ln 2 / (2k + 1), the highest power first, as Horner's scheme takes them."""
    # log2 m = 2/ln 2 · artanh((m - 1)/(m + 1)), and artanh z = Σ z^(2k + 1) / (2k + 1).
    highest_first = reversed(range(N_TERMS[dtype.itemsize]))
    return tuple(dtype.type(2 / math.log(2) / (2 * k + 1)) for k in highest_first)


@njit(cache=True, nogil=True, error_model="numpy")
def _score_rows(
    probabilities: Probabilities,
    largest: Scores,
    limits: Scores,
    column_bits: NDArray[np.signedinteger],
    series: tuple[np.floating, ...],
    least_confidence: Scores,
    margin: Scores,
    entropies: Scores,
) -> None:
    column = column_bits.view(probabilities.dtype)
    one = probabilities.dtype.type(1)
    for start in range(0, len(probabilities), BLOCK_ROWS):
        n_rows = min(BLOCK_ROWS, len(probabilities) - start)
        # The outputs serve as accumulators: the highest and second highest probability until the block is complete.
        highest = least_confidence[start : start + n_rows]
        second = margin[start : start + n_rows]
        entropy = entropies[start : start + n_rows]
        highest[:] = -np.inf
        second[:] = -np.inf
        entropy[:] = 0
        for k in range(probabilities.shape[1]):
            for i in range(n_rows):
                column[i] = probabilities[start + i, k]
            _add_column(column[:n_rows], column_bits[:n_rows], highest, second, entropy, series)
        for i in range(n_rows):
            second[i] = one - (highest[i] - second[i])
            highest[i] = one - highest[i]
        # The entropy comes last, because it tells which rows are finite.
        for score, divisor in ((highest, largest[0]), (second, largest[1]), (entropy, largest[2])):
            _scale(score, divisor, limits[0], limits[1], entropy)


@njit(cache=True, nogil=True, error_model="numpy")
def _scale(score: Scores, divisor: np.floating, lower: np.floating, upper: np.floating, entropy: Scores) -> None:
    """Divide and clip a score in place; it becomes 0 where the entropy is not finite."""
    zero = score.dtype.type(0)
    infinity = score.dtype.type(np.inf)
    for i in range(len(score)):
        scaled = score[i] / divisor
        scaled = lower if scaled < lower else scaled
        scaled = upper if scaled > upper else scaled
        score[i] = scaled if abs(entropy[i]) < infinity else zero


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _add_column(
    column: Probabilities,
    column_bits: NDArray[np.signedinteger],
    highest: Scores,
    second: Scores,
    entropy: Scores,
    series: tuple[np.floating, ...],
) -> None:
    """Take one class of a block of rows into the two highest probabilities and the entropy."""
    # Typed constants: a Python number would make float32 loops compute in float64.
    to_float = column.dtype.type
    to_int = column_bits.dtype.type
    layout = np.finfo(column.dtype)
    zero = to_float(0)
    half = to_float(0.5)
    one = to_float(1)
    sqrt2 = to_float(math.sqrt(2))
    # IEEE 754: sign, exponent plus a bias, then the `nmant` bits of the mantissa behind its leading one.
    bias = layout.maxexp - 1
    mantissa_mask = (1 << layout.nmant) - 1
    mantissa_unit = layout.eps
    for i in range(len(column)):
        # Selections instead of branches, min() and max(): only these become vector instructions.
        x = column[i]
        best = highest[i]
        runner_up = x if x < best else best
        second[i] = runner_up if runner_up > second[i] else second[i]
        highest[i] = x if x > best else best

        exponent = to_float(to_int((column_bits[i] >> layout.nmant) - bias))
        mantissa = one + to_float(to_int(column_bits[i] & mantissa_mask)) * mantissa_unit
        is_upper = mantissa > sqrt2
        mantissa = mantissa * half if is_upper else mantissa
        exponent = exponent + one if is_upper else exponent
        s = (mantissa - one) / (mantissa + one)
        polynomial = zero
        for k in range(len(series)):
            polynomial = polynomial * (s * s) + series[k]
        logarithm = exponent + s * polynomial
        # 0 · log 0 counts as 0, and so do negative numbers, whose bits are not those of their logarithm.
        entropy[i] -= x * (logarithm if x > zero else zero)
