"""Uncertainty of class probabilities: how far a row p of C probabilities is from naming one class.

| score | definition | largest value, at p = 1/C |
|---|---|---|
| least confidence | 1 - max p | 1 - 1/C |
| margin | 1 - (max p - second p) | 1 |
| entropy | -Σ p log2 p, in bits | log2 C |

All are 0 when one class has probability 1. From Settles, "Active Learning Literature Survey" (2009), section 3.1.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import repeat
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from al_core.scorers.score import Score
from al_core.types import Probabilities, Scores

KERNEL_FROM_SIZE = 2**16
"""Below this many probabilities numpy takes under a millisecond, and loading numba for the kernel takes hundreds."""

CHUNK_SIZE = 2**18
"""Probabilities that a thread takes at a time: 1 to 2 MB, which a core's second-level cache holds."""

ScoreChunk: TypeAlias = Callable[[Probabilities, Scores, tuple[float, float], Scores], None]


def uncertainties(
    probabilities: Probabilities, *, normalize: bool = True, size: int | None = None
) -> dict[str, Scores]:
    """Return least confidence, margin and entropy of (N, C) probabilities, (N,) each; N and C at least 1.

    Works through chunks of rows on all cores, in float32 or float64, without a copy of the whole input.

    Args:
        probabilities: One row per sample; with C = 1 the probability of the first of two classes.
        normalize: Divide by the largest possible value and clip to [0, 1].
        size: How many probabilities there are in all, if these are some rows of them: then the scores are, to the last
            bit, those of these rows among all.
    """
    n_rows = len(probabilities)
    n_classes = max(probabilities.shape[1], 2)
    dtype = np.result_type(probabilities.dtype, np.float32)
    scores = np.empty((len(UNCERTAINTIES), n_rows), dtype)
    # In the order of `UNCERTAINTIES`; see the table above.
    largest_scores = [1 - 1 / n_classes, 1, np.log2(n_classes)] if normalize else [1, 1, 1]
    largest = np.array(largest_scores, dtype)
    bounds = (0, 1) if normalize else (-np.inf, np.inf)

    def fill(rows: slice, score: ScoreChunk) -> None:
        chunk = with_two_classes(np.ascontiguousarray(probabilities[rows], dtype))
        score(chunk, largest, bounds, scores[:, rows])

    if not needs_kernel(probabilities.size if size is None else size):
        fill(slice(None), uncertainties_in_numpy)
    else:
        from al_core.scorers.uncertainty_kernel import uncertainties_in_numba

        chunk_rows = max(CHUNK_SIZE // n_classes, 1)
        chunks = (slice(start, start + chunk_rows) for start in range(0, n_rows, chunk_rows))
        list(_pool().map(fill, chunks, repeat(uncertainties_in_numba)))
    return dict(zip(UNCERTAINTIES, scores, strict=True))


def needs_kernel(size: int) -> bool:
    """Return whether so many probabilities are scored by the kernel, whose entropy differs from numpy's by rounding."""
    return size >= KERNEL_FROM_SIZE


def with_two_classes(probabilities: Probabilities) -> Probabilities:
    """Return (N, C) probabilities; a single column p becomes the two classes p and 1 - p.

    Examples:
        >>> with_two_classes(np.array([[0.75]]))
        array([[0.75, 0.25]])
    """
    if probabilities.shape[1] > 1:
        return probabilities
    return np.concatenate([probabilities, 1 - probabilities], axis=1)


@cache
def _pool() -> ThreadPoolExecutor:
    from al_core.geometry.threads import n_cores

    # Not numba's own threads: on some platforms two sessions of a dashboard that start them at once end the process.
    return ThreadPoolExecutor(n_cores(), thread_name_prefix="scoring")


def uncertainties_in_numpy(
    probabilities: Probabilities, largest: Scores, bounds: tuple[float, float], out: Scores
) -> None:
    """Write the three scores of (N, C) probabilities, divided by `largest` and clipped to `bounds`, to out (3, N)."""
    # A partition orders only the two highest, which is all that is needed: C log C operations a row become C.
    ordered = np.partition(probabilities, -2, axis=1)
    entropy = _entropy(probabilities)
    with np.errstate(invalid="ignore"):
        margin = ordered[:, -1] - ordered[:, -2]
    least_confidence = 1 - ordered[:, -1]
    scores = np.stack([least_confidence, 1 - margin, entropy]) / largest[:, np.newaxis]
    # Whatever is not finite in a row reaches its entropy.
    scores[:, ~np.isfinite(entropy)] = 0
    np.clip(scores, *bounds, out=out)


def _entropy(probabilities: Probabilities) -> Scores:
    logarithms = np.log2(probabilities, out=np.zeros_like(probabilities), where=probabilities > 0)
    with np.errstate(invalid="ignore"):
        # Subtracted from 0 rather than negated: a certain row is 0, not -0.
        entropy: NDArray[np.floating] = 0 - np.sum(probabilities * logarithms, axis=1)
    return entropy


def _arithmetic(name: str, left_side: Callable[[Probabilities], str]) -> Callable[[Probabilities], str]:
    """Return what writes `left_side = score` for the probabilities (C,) of a sample."""

    def work_out(probabilities: Probabilities) -> str:
        row = with_two_classes(probabilities[np.newaxis])
        descending = np.sort(row[0])[::-1]
        return f"{left_side(descending)} = {uncertainties(row)[name][0]:.3f}"

    return work_out


def _least_confidence_terms(descending: Probabilities) -> str:
    n_classes = len(descending)
    return f"(1 − {descending[0]:.3f}) · {n_classes} / {n_classes - 1}"


def _margin_terms(descending: Probabilities) -> str:
    return f"1 − ({descending[0]:.3f} − {descending[1]:.3f})"


def _entropy_terms(descending: Probabilities) -> str:
    bits = uncertainties(descending[np.newaxis], normalize=False)["uncertainty_entropy"][0]
    return f"{bits:.3f} bits / log₂ {len(descending)}"


UNCERTAINTY_SCORES = (
    Score(
        "uncertainty_least_confidence",
        "Least confidence",
        "(1 − p₁) · C / (C − 1), with p₁ the highest of C probabilities",
        _arithmetic("uncertainty_least_confidence", _least_confidence_terms),
    ),
    Score(
        "uncertainty_margin",
        "Margin",
        "1 − (p₁ − p₂), with p₁ and p₂ the two highest probabilities",
        _arithmetic("uncertainty_margin", _margin_terms),
    ),
    Score(
        "uncertainty_entropy",
        "Entropy",
        "−Σ p · log₂ p / log₂ C, over all C classes",
        _arithmetic("uncertainty_entropy", _entropy_terms),
    ),
)
UNCERTAINTIES = tuple(score.name for score in UNCERTAINTY_SCORES)
