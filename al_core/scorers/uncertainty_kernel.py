"""The three uncertainty scores in one pass over the probabilities.

Rows are taken in blocks that fit in the cache and added column by column: then every step handles many rows alike,
which the compiler turns into vector instructions, whatever the number of classes.

The logarithm splits x = m 2^e by the bits of the floating-point number, with m in [1/√2, √2], and uses
log2 x = e + 2/ln 2 · artanh(s), s = (m - 1) / (m + 1), a series that is exact to the last bits of float32 after five
terms and of float64 after ten.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from al_core.types import Probabilities, Scores

BLOCK_ROWS = 384


def uncertainties_in_numba(
    probabilities: Probabilities, largest: Scores, bounds: tuple[float, float], out: Scores
) -> None:
    """Do the same as `al_core.scorers.classification.uncertainties_in_numpy`, in one pass.

    Args:
        probabilities: (N, C) in C order, float32 or float64, C at least 2.
        largest: (3,) what to divide each score by.
        bounds: Where to clip the scores.
        out: (3, N) of the type of the probabilities, for the scores; each row contiguous.
    """
    dtype = probabilities.dtype
    column_bits = np.empty(BLOCK_ROWS, f"int{8 * dtype.itemsize}")
    limits = np.array(bounds, dtype)
    _score_rows(
        probabilities, largest.astype(dtype), limits, column_bits, _artanh_series(dtype), out[0], out[1], out[2]
    )


def _artanh_series(dtype: np.dtype[Any]) -> tuple[np.floating, ...]:
    n_terms = 5 if dtype == np.float32 else 10
    return tuple(dtype.type(2 / math.log(2) / (2 * k + 1)) for k in reversed(range(n_terms)))


@njit(cache=True, nogil=True, error_model="numpy")
def _score_rows(  # type: ignore[no-untyped-def]  # numba
    probabilities, largest, limits, column_bits, series, least_confidence, margin, entropies
):
    column, one = column_bits.view(probabilities.dtype), probabilities.dtype.type(1)
    for start in range(0, len(probabilities), BLOCK_ROWS):
        n_rows = min(BLOCK_ROWS, len(probabilities) - start)
        rows = slice(start, start + n_rows)
        highest, second, entropy = least_confidence[rows], margin[rows], entropies[rows]
        highest[:], second[:], entropy[:] = -np.inf, -np.inf, 0
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
def _scale(score, divisor, lower, upper, entropy):  # type: ignore[no-untyped-def]  # as above
    zero, infinity = score.dtype.type(0), score.dtype.type(np.inf)
    for i in range(len(score)):
        scaled = score[i] / divisor
        scaled = lower if scaled < lower else scaled
        scaled = upper if scaled > upper else scaled
        score[i] = scaled if abs(entropy[i]) < infinity else zero


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _add_column(column, column_bits, highest, second, entropy, series):  # type: ignore[no-untyped-def]  # as above
    to_float, to_int, info = column.dtype.type, column_bits.dtype.type, np.finfo(column.dtype)
    zero, half, one, sqrt2 = to_float(0), to_float(0.5), to_float(1), to_float(math.sqrt(2))
    bias, mantissa_mask, unit = info.maxexp - 1, (1 << info.nmant) - 1, info.eps
    for i in range(len(column)):
        # Selections instead of branches, min() and max(): only these become vector instructions.
        x, best = column[i], highest[i]
        runner_up = x if x < best else best
        second[i] = runner_up if runner_up > second[i] else second[i]
        highest[i] = x if x > best else best

        exponent = to_float(to_int((column_bits[i] >> info.nmant) - bias))
        mantissa = one + to_float(to_int(column_bits[i] & mantissa_mask)) * unit
        is_upper = mantissa > sqrt2
        mantissa = mantissa * half if is_upper else mantissa
        exponent = exponent + one if is_upper else exponent
        s = (mantissa - one) / (mantissa + one)
        polynomial = zero
        for k in range(len(series)):
            polynomial = polynomial * (s * s) + series[k]
        logarithm = exponent + s * polynomial
        entropy[i] -= x * (logarithm if x > zero else zero)
