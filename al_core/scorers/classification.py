import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray

from al_core.exceptions import ALCoreWarning
from al_core.scorers.probability_matrix import probability_matrix
from al_core.scorers.scorer import Scorer
from al_core.scorers.uncertainty import UNCERTAINTY_SCORES, uncertainties
from al_core.types import Scores

_ROUNDING = 1e-4


class ScorerClassification(Scorer):
    """Scores how unsure a classifier is.

    Attributes:
        model_output: (N, C) class probabilities as an array or list of lists; with C = 1 the probability of the first
            of two classes. Rows need not sum to 1. Of logits, with values below 0 in most rows, a warning says what to
            do; they are scored as they are.

    Raises:
        InvalidInputError: If model_output is not empty and not (N, C) with at least one class.

    Examples:
        >>> scores = ScorerClassification([[0.75, 0.25, 0.0], [0.5, 0.5, 0.0]]).calculate_scores()
        >>> scores["uncertainty_margin"]
        array([0.5, 1. ])
    """

    scores = UNCERTAINTY_SCORES

    def __init__(self, model_output: ArrayLike, *, are_logits_meant: bool = False) -> None:
        """Check the predictions; `are_logits_meant` says that numbers beside 0 to 1 need no warning."""
        super().__init__(probability_matrix(model_output))
        if not are_logits_meant and _look_like_logits(self.model_output):
            message = (
                f"model_output has values below 0 in most rows, down to {np.nanmin(self.model_output):.4g}, as logits "
                "have, and its scores mean little: give probabilities, such as scipy.special.softmax(model_output, "
                "axis=1); of logarithms of probabilities, numpy.exp(model_output)"
            )
            warnings.warn(message, ALCoreWarning, stacklevel=2)

    def calculate_scores(self, normalize_to_0_1: bool = True) -> dict[str, Scores]:
        """Return the three uncertainty scores by name, (N,) each.

        Args:
            normalize_to_0_1: Divide by the largest possible value and clip to [0, 1].

        Returns:
            Scores of the precision of the predictions. A row with NaN or infinite values scores 0.
        """
        if len(self.model_output) == 0:
            return {name: np.empty(0) for name in self.score_names()}
        return uncertainties(self.model_output, normalize=normalize_to_0_1)


def _look_like_logits(probabilities: NDArray[np.floating]) -> bool:
    if not probabilities.size:
        return False
    # Rounding may lead a little below 0.
    is_below = probabilities.min(axis=1) < -_ROUNDING
    return int(2 * is_below.sum()) > len(is_below)
