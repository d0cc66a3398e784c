"""How many test labels it takes to say that a model is good enough, or how good it is at all."""

from dataclasses import dataclass

import numpy as np

from al_core.evaluation.intervals import normal_quantile, share_interval
from al_core.evaluation.statistic import LEVEL, Statistic


@dataclass(frozen=True)
class ClaimNeed:
    """What it takes to say that accuracy is at least a target.

    Attributes:
        n_labels: How many test labels in all; None if accuracy does not exceed the target.
        n_more: How many of them are still missing, or of those from which on accuracy is shown; None if no number
            of labels helps.
        n_reserve: How many test samples are left to label.
        narrowest: The interval that the whole reserve would give at the same accuracy.
    """

    n_labels: int | None
    n_more: int | None
    n_reserve: int
    narrowest: Statistic

    @property
    def fits_reserve(self) -> bool:
        """Whether what is left of the reserve is enough."""
        return self.n_more is not None and self.n_more <= self.n_reserve


def labels_for_claim(true_accuracy: float, target: float, level: float = LEVEL) -> int | None:
    """Return how many test labels it takes until the lower end reaches a target; None if it never does.

    Args:
        true_accuracy: What accuracy is thought to be.
        target: What should be claimed.
        level: How often the interval should hold the truth.

    Examples:
        1.96² · 0.85 · 0.15 / (accuracy - 0.85)²:

        >>> labels_for_claim(0.87, 0.85), labels_for_claim(0.90, 0.85), labels_for_claim(0.85, 0.85)
        (1225, 196, None)
    """
    if not target < true_accuracy <= 1:
        return None
    squared = normal_quantile(level) ** 2
    # Wilson's lower end reaches the target with so many; the exact one is farther out for a handful of labels.
    n_of_wilson = squared * target * (1 - target) / (true_accuracy - target) ** 2
    n_labels = max(1, int(np.ceil(n_of_wilson)))
    while not share_interval(true_accuracy * n_labels, n_labels, level).is_above(target):
        n_labels += 1
    return n_labels


def claim_need(estimate: Statistic, target: float, n_reserve: int) -> ClaimNeed:
    """Return how many more test labels the claim needs if accuracy is what it now seems to be.

    Args:
        estimate: Accuracy so far.
        target: What should be claimed.
        n_reserve: How many rows of the reserve are not labeled yet.

    Examples:
        >>> need = claim_need(share_interval(90, 100), 0.85, n_reserve=50)
        >>> need.n_labels, need.n_more, need.fits_reserve, need.narrowest.text()
        (196, 96, False, '90.0% (84.2% to 94.1%), from 150 labels')

        Average precision is shown from 30 images on:

        >>> from al_core.evaluation.statistic import Refusal
        >>> claim_need(Refusal("18 test images; 30 are needed", n=18, n_needed=30), 0.5, n_reserve=20).n_more
        12
    """
    if not estimate.speaks:
        # Before the first label is back nothing is missing: those of the round come by themselves.
        n_needed = estimate.n_needed if estimate.n else None
        return ClaimNeed(None, None if n_needed is None else max(0, n_needed - estimate.n), n_reserve, estimate)
    n_labels = labels_for_claim(estimate.value, target)
    n_all = estimate.n + n_reserve
    narrowest = share_interval(estimate.value * n_all, n_all)
    n_more = None if n_labels is None else max(0, n_labels - estimate.n)
    return ClaimNeed(n_labels, n_more, n_reserve, narrowest)
