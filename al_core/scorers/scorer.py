from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from al_core.exceptions import InvalidInputError
from al_core.scorers.score import Score
from al_core.types import Scores


class Scorer(ABC):
    """Turns the predictions for N samples into active learning scores.

    To write your own scorer, subclass `Scorer` and implement `calculate_scores`. Declare `scores` as well if people
    should see what they mean, or their names are needed before there are predictions.

    Attributes:
        model_output: The predictions, one per sample, in the order of the query set.
        scores: What is calculated, in order.
        half_points: Of unbounded scores, which are stored as x / (x + half point), that value by name.

    Examples:
        >>> import numpy as np
        >>> class ScorerBrightness(Scorer):
        ...     scores = (Score("brightness", "Brightness", "mean of the pixels"),)
        ...     def calculate_scores(self):
        ...         return {"brightness": np.array([image.mean() for image in self.model_output])}
        >>> ScorerBrightness([np.zeros((4, 4)), np.ones((4, 4))]).calculate_scores()
        {'brightness': array([0., 1.])}
    """

    scores: ClassVar[tuple[Score, ...]] = ()

    def __init__(self, model_output: Any) -> None:
        self.model_output = model_output
        self.half_points: dict[str, float] = {}

    @abstractmethod
    def calculate_scores(self) -> dict[str, Scores]:
        """Return the scores by name: (N,) each, in [0, 1], higher means more worth labeling."""

    @classmethod
    def score_names(cls) -> list[str]:
        """Return the names that `calculate_scores` returns, or nothing if the class does not declare them."""
        return [score.name for score in cls.scores]


def check_is_one_per_image(model_output: object, what: str) -> None:
    """Raise unless there may be something for each image: a function that returns nothing was called, for example."""
    try:
        iter(model_output)  # type: ignore[call-overload]  # whether it can be iterated is the question
    except TypeError as error:
        raise InvalidInputError(
            f"model_output is one {what} per image, not {model_output!r}; give a list, or a generator"
        ) from error


def check_predictions(predictions: Iterable[object], expected: type[object], readers: str) -> None:
    """Raise unless each image has a prediction of this type; `readers` are those of its methods that read others."""
    for image, prediction in enumerate(predictions):
        if not isinstance(prediction, expected):
            raise InvalidInputError(
                f"model_output is one {expected.__name__} per image, and image {image} is "
                f"{type(prediction).__name__}; its {readers} and others read what models return"
            )
