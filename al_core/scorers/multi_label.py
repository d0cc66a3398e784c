import numpy as np
from numpy.typing import ArrayLike, NDArray

from al_core.scorers.probability_matrix import probability_matrix
from al_core.scorers.score import Score
from al_core.scorers.scorer import Scorer
from al_core.types import Probabilities, Scores

CHUNK_SIZE = 2**18
"""Probabilities whose entropies are computed at once: their temporary arrays stay at a few megabytes."""


class ScorerMultiLabel(Scorer):
    """Scores how unsure a model is which of several classes, independent of each other, an image shows.

    The uncertainty of one class is the binary entropy H(p) = −p log₂ p − (1 − p) log₂ (1 − p): 0 for a class that is
    surely there or surely not, 1 at p = 0.5.

    Attributes:
        model_output: (N, C) probabilities, such as sigmoids, as an array or list of lists; rows need not sum to 1.

    Raises:
        InvalidInputError: If model_output is not empty and not (N, C) with at least one class.

    Examples:
        >>> ScorerMultiLabel([[0.5, 0.0], [1.0, 0.0]]).calculate_scores()
        {'mean_binary_entropy': array([0.5, 0. ]), 'max_binary_entropy': array([1., 0.])}
    """

    scores = (
        Score(
            "mean_binary_entropy",
            "Mean binary entropy",
            "mean over all classes of −p · log₂ p − (1 − p) · log₂ (1 − p)",
        ),
        Score(
            "max_binary_entropy",
            "Highest binary entropy",
            "highest of all classes of −p · log₂ p − (1 − p) · log₂ (1 − p)",
        ),
    )

    def __init__(self, model_output: ArrayLike) -> None:
        super().__init__(probability_matrix(model_output))

    def calculate_scores(self) -> dict[str, Scores]:
        """Return the mean and the highest binary entropy by name, (N,) in [0, 1]; a row that is not finite scores 0."""
        n_rows = len(self.model_output)
        mean = np.zeros(n_rows)
        highest = np.zeros(n_rows)
        chunk_rows = max(CHUNK_SIZE // max(self.model_output.shape[-1], 1), 1)
        for start in range(0, n_rows, chunk_rows):
            rows = slice(start, start + chunk_rows)
            entropies = binary_entropy(self.model_output[rows])
            mean[rows] = entropies.mean(axis=1)
            highest[rows] = entropies.max(axis=1)
        return {"mean_binary_entropy": mean, "max_binary_entropy": highest}


def binary_entropy(probabilities: Probabilities) -> NDArray[np.float64]:
    """Return the entropy of each probability against its opposite in bits, 0 in rows that are not finite.

    Examples:
        >>> binary_entropy(np.array([[0.0, 0.5, 1.0]]))
        array([[0., 1., 0.]])
    """
    is_finite = np.isfinite(probabilities).all(axis=1, keepdims=True)
    present = np.where(is_finite, probabilities, 0).astype(np.float64).clip(0, 1)
    absent = 1 - present
    # Subtracted from 0 rather than negated: a certain class is 0, not -0.
    return 0 - _times_logarithm(present) - _times_logarithm(absent)


def _times_logarithm(values: NDArray[np.float64]) -> NDArray[np.float64]:
    logarithms = np.log2(values, out=np.zeros_like(values), where=values > 0)
    return np.asarray(values * logarithms)
