"""Was a model trained on test samples? Then it is surer of them than of other rows of the same reserve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.statistic import Refusal
from al_core.exceptions import InvalidInputError

SIGNIFICANCE = 0.001
"""One honest model in a thousand is accused; every round tests one."""

LEAST_PER_SIDE = 5
"""Labeled and unlabeled rows: with fewer the smallest possible p is above the significance for most sizes."""

N_PERMUTATIONS = 9_999
# Once so many permutations reach the difference, p is clearly above the significance (Besag, Clifford, Biometrika 78,
# 1991: sequential Monte Carlo p-values).
_ENOUGH_REACHED = 100
_BLOCK = 500


@dataclass(frozen=True)
class Contamination:
    """Whether a model is surer of labeled test samples than chance explains.

    Attributes:
        p_value: How often a random half of the reserve of this size would be as sure.
        labeled_confidence: Mean confidence on test samples whose labels are back.
        reserve_confidence: Mean confidence on the rest of the reserve.
    """

    p_value: float
    labeled_confidence: float
    reserve_confidence: float

    @property
    def is_detected(self) -> bool:
        """Whether no accuracy should be shown."""
        return self.p_value < SIGNIFICANCE

    def text(self) -> str:
        """Return what the page says.

        Examples:
            >>> print(Contamination(0.0001, 0.98, 0.81).text())  # doctest: +NORMALIZE_WHITESPACE
            The model is surer of labeled test samples (0.98) than of the rest of the reserve (0.81), p = 0.0001: it was
            probably trained on test samples, so its accuracy is not shown. Train it on the training labels only.
        """
        comparison = f"labeled test samples ({self.labeled_confidence:.2f})"
        rest = f"the rest of the reserve ({self.reserve_confidence:.2f}), p = {self.p_value:.2g}"
        if not self.is_detected:
            return f"The model is about as sure of {comparison} as of {rest}."
        return (
            f"The model is surer of {comparison} than of {rest}: it was "
            "probably trained on test samples, so its accuracy is not shown. Train it on the training labels only."
        )


def detect_contamination(
    labeled: NDArray[np.floating], unlabeled: NDArray[np.floating], seed: int = 0
) -> Contamination | Refusal:
    """Return whether a model was trained on test samples, by a permutation test of its confidence.

    All rows of the reserve are drawn alike, so which of them are labeled is chance unless the model has seen them.
    Means are compared, not ranks: a model is not the surest of what it was trained on, but it is never unsure of it.

    Source: Good, Permutation, Parametric and Bootstrap Tests of Hypotheses (2005), §3.2.

    Args:
        labeled: (T,) confidence on test samples whose labels are back.
        unlabeled: (U,) confidence on the reserve without labels.
        seed: Fixes the permutations.

    Raises:
        InvalidInputError: If a confidence is not a number.

    Examples:
        >>> detect_contamination(np.full(30, 0.99), np.linspace(0.5, 0.9, 60)).is_detected
        True
    """
    confidence = np.concatenate([labeled, unlabeled]).astype(np.float64)
    if not np.all(np.isfinite(confidence)):
        raise InvalidInputError("a confidence on the test reserve is not a number; predictions need one for every row")
    n_labeled = len(labeled)
    if min(n_labeled, len(unlabeled)) < LEAST_PER_SIDE:
        reason = f"{n_labeled} labeled and {len(unlabeled)} unlabeled rows of the test reserve"
        return Refusal(f"{reason}; whether a model has seen the labels can be told from {LEAST_PER_SIDE} of each on")
    p_value = _permutation_p(confidence, n_labeled, np.random.default_rng(seed))
    return Contamination(p_value, float(np.mean(labeled)), float(np.mean(unlabeled)))


def _permutation_p(confidence: NDArray[np.float64], n_labeled: int, rng: np.random.Generator) -> float:
    """Return the share of random subsets that are as sure as the first rows; the actual one counts among them."""
    # Sums of the same numbers in another order differ in the last digits.
    reached = confidence[:n_labeled].sum() * (1 - 1e-12)
    n_done = 0
    n_reaching = 0
    while n_done < N_PERMUTATIONS and n_reaching < _ENOUGH_REACHED:
        size = min(_BLOCK, N_PERMUTATIONS - n_done)
        keys = rng.random((size, len(confidence)), np.float32)
        subsets = np.argpartition(keys, n_labeled - 1, axis=1)[:, :n_labeled]
        n_reaching += int((confidence[subsets].sum(axis=1) >= reached).sum())
        n_done += size
    return (1 + n_reaching) / (1 + n_done)
