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
from numpy.typing import ArrayLike, NDArray

from al_core.exceptions import InvalidInputError
from al_core.scorers.scorer import Scorer
from al_core.types import Probabilities, Scores
from al_core.utils.object_detection_output import float_array

UNCERTAINTIES = ("uncertainty_least_confidence", "uncertainty_margin", "uncertainty_entropy")

# Below this many probabilities numpy takes under a millisecond, and loading numba for the kernel takes hundreds.
KERNEL_FROM_SIZE = 2**16
CHUNK_SIZE = 2**18

ScoreChunk: TypeAlias = Callable[[Probabilities, Scores, tuple[float, float], Scores], None]


class ScorerClassification(Scorer):
    """Scores how unsure a classifier is.

    Attributes:
        model_output: (N, C) class probabilities as an array or list of lists; with C = 1 the probability of the first
            of two classes. Rows need not sum to 1.

    Raises:
        InvalidInputError: If model_output is not empty and not (N, C) with at least one class.

    Examples:
        >>> scores = ScorerClassification([[0.75, 0.25, 0.0], [0.5, 0.5, 0.0]]).calculate_scores()
        >>> scores["uncertainty_margin"]
        array([0.5, 1. ])
    """

    names = UNCERTAINTIES

    def __init__(self, model_output: ArrayLike) -> None:
        probabilities = float_array(model_output, "model_output")
        if len(probabilities) and (probabilities.ndim != 2 or probabilities.shape[1] == 0):
            raise InvalidInputError(
                f"model_output is (N, C) with at least one class, not {probabilities.shape}; "
                "give one row of class probabilities per sample"
            )
        super().__init__(probabilities)

    def calculate_scores(self, normalize_to_0_1: bool = True) -> dict[str, Scores]:
        """Return the three uncertainty scores by name, (N,) each.

        Args:
            normalize_to_0_1: Divide by the largest possible value and clip to [0, 1].

        Returns:
            Scores of the precision of the predictions. A row with NaN or infinite values scores 0.
        """
        if len(self.model_output) == 0:
            return {name: np.empty(0) for name in self.names}
        return uncertainties(self.model_output, normalize=normalize_to_0_1)


def uncertainties(probabilities: Probabilities, *, normalize: bool = True) -> dict[str, Scores]:
    """Return least confidence, margin and entropy of (N, C) probabilities, (N,) each; N and C at least 1.

    Works through chunks of rows on all cores, in float32 or float64, without a copy of the whole input.
    """
    n_rows, n_classes = len(probabilities), max(probabilities.shape[1], 2)
    dtype = np.result_type(probabilities.dtype, np.float32)
    scores = np.empty((len(UNCERTAINTIES), n_rows), dtype)
    largest = np.array([1 - 1 / n_classes, 1, np.log2(n_classes)] if normalize else [1, 1, 1], dtype)
    bounds = (0, 1) if normalize else (-np.inf, np.inf)

    def fill(rows: slice, score: ScoreChunk) -> None:
        chunk = np.ascontiguousarray(probabilities[rows], dtype)
        if chunk.shape[1] == 1:
            chunk = np.concatenate([chunk, 1 - chunk], axis=1)
        score(chunk, largest, bounds, scores[:, rows])

    if probabilities.size < KERNEL_FROM_SIZE:
        fill(slice(None), uncertainties_in_numpy)
    else:
        from al_core.scorers.uncertainty_kernel import uncertainties_in_numba

        chunk_rows = max(CHUNK_SIZE // n_classes, 1)
        chunks = (slice(start, start + chunk_rows) for start in range(0, n_rows, chunk_rows))
        list(_pool().map(fill, chunks, repeat(uncertainties_in_numba)))
    return dict(zip(UNCERTAINTIES, scores, strict=True))


@cache
def _pool() -> ThreadPoolExecutor:
    from al_core.geometry.threads import n_cores

    # Not numba's own threads: on some platforms two sessions of a dashboard that start them at once end the process.
    return ThreadPoolExecutor(n_cores(), thread_name_prefix="scoring")


def uncertainties_in_numpy(
    probabilities: Probabilities, largest: Scores, bounds: tuple[float, float], out: Scores
) -> None:
    """Write the three scores of (N, C) probabilities, divided by `largest` and clipped to `bounds`, to out (3, N)."""
    ordered = np.partition(probabilities, -2, axis=1)
    entropy = _entropy(probabilities)
    with np.errstate(invalid="ignore"):
        margin = ordered[:, -1] - ordered[:, -2]
    scores = np.stack([1 - ordered[:, -1], 1 - margin, entropy]) / largest[:, np.newaxis]
    scores[:, ~np.isfinite(entropy)] = 0
    np.clip(scores, *bounds, out=out)


def _entropy(probabilities: Probabilities) -> Scores:
    logarithms = np.log2(probabilities, out=np.zeros_like(probabilities), where=probabilities > 0)
    with np.errstate(invalid="ignore"):
        entropy: NDArray[np.floating] = -np.sum(probabilities * logarithms, axis=1)
    return entropy
