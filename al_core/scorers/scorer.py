from abc import ABC, abstractmethod
from typing import Any, ClassVar

from al_core.types import Scores


class Scorer(ABC):
    """Turns the predictions for N samples into active learning scores.

    A scorer of your own is a subclass with `calculate_scores`. Declare `names` as well if the scores' names must be
    known before there are predictions.

    Attributes:
        model_output: The predictions, one per sample, in the order of the query set.
        names: The names of the scores, in order.

    Examples:
        >>> import numpy as np
        >>> class ScorerBrightness(Scorer):
        ...     def calculate_scores(self):
        ...         return {"brightness": np.array([image.mean() for image in self.model_output])}
        >>> ScorerBrightness([np.zeros((4, 4)), np.ones((4, 4))]).calculate_scores()
        {'brightness': array([0., 1.])}
    """

    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, model_output: Any) -> None:
        self.model_output = model_output

    @abstractmethod
    def calculate_scores(self) -> dict[str, Scores]:
        """Return the scores by name: (N,) each, in [0, 1], higher means more worth labelling."""

    @classmethod
    def score_names(cls) -> list[str]:
        """Return the names that `calculate_scores` gives, or nothing if the class does not declare them."""
        return list(cls.names)
