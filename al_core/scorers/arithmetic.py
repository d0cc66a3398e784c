"""The sum behind a score of one sample, in words and numbers, as a person would check it."""

import numpy as np

from al_core.scorers.classification import UNCERTAINTIES, uncertainties
from al_core.types import Probabilities


def worked_out(score_name: str, probabilities: Probabilities) -> str | None:
    """Return how a classification score comes from one sample's probabilities (C,), or None for other scores.

    Examples:
        >>> worked_out("uncertainty_margin", np.array([0.7, 0.2, 0.1]))
        '1 − (0.700 − 0.200) = 0.500'
        >>> worked_out("uncertainty_least_confidence", np.array([0.7, 0.2, 0.1]))
        '(1 − 0.700) · 3 / 2 = 0.450'
        >>> worked_out("uncertainty_entropy", np.array([0.5, 0.5, 0.0, 0.0]))
        '1.000 bits / log₂ 4 = 0.500'
    """
    if score_name not in UNCERTAINTIES:
        return None
    probabilities = np.append(probabilities, 1 - probabilities) if len(probabilities) == 1 else probabilities
    n_classes = len(probabilities)
    second, first = np.sort(probabilities)[-2:]
    score = uncertainties(probabilities[np.newaxis])[score_name][0]
    bits = uncertainties(probabilities[np.newaxis], normalize=False)["uncertainty_entropy"][0]
    sums = {
        "uncertainty_least_confidence": f"(1 − {first:.3f}) · {n_classes} / {n_classes - 1}",
        "uncertainty_margin": f"1 − ({first:.3f} − {second:.3f})",
        "uncertainty_entropy": f"{bits:.3f} bits / log₂ {n_classes}",
    }
    return f"{sums[score_name]} = {score:.3f}"
