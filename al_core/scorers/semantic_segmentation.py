from collections.abc import Iterable, Sized
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from al_core.exceptions import InvalidInputError
from al_core.scorers.scorer import Scorer
from al_core.scorers.uncertainty import UNCERTAINTY_SCORES, uncertainties
from al_core.types import Scores
from al_core.utils.object_detection_output import float_array


class ScorerSemanticSegmentation(Scorer):
    """Scores how unsure a segmentation model is: the classification scores of each pixel, averaged over the image.

    Attributes:
        model_output: One (W, H, C) map of class probabilities per image: a list, an array or a generator. Maps are read
            one at a time, so a generator needs the memory of one map; it can be scored only once.

    Examples:
        >>> import numpy as np
        >>> unsure_half = np.array([[[1.0, 0.0], [0.5, 0.5]]])
        >>> ScorerSemanticSegmentation([unsure_half]).calculate_scores()["uncertainty_margin"]
        array([0.5])
    """

    scores = tuple(
        replace(score, formula=f"mean over all pixels: {score.formula}", work_out=None) for score in UNCERTAINTY_SCORES
    )

    def __init__(self, model_output: Iterable[ArrayLike]) -> None:
        super().__init__(model_output)

    def calculate_scores(self) -> dict[str, Scores]:
        """Return the three uncertainty scores by name, (N,) in [0, 1] each.

        An exhausted generator results in an empty dictionary, an empty list in empty arrays.

        Raises:
            InvalidInputError: If a map is not (W, H, C) with at least one pixel and one class.
        """
        means = [_mean_over_pixels(map_, image) for image, map_ in enumerate(self.model_output)]
        if not means and not isinstance(self.model_output, Sized):
            return {}
        names = self.score_names()
        # The shape is spelled out for an empty list, whose array has no second axis.
        by_image = np.array(means, dtype=np.float64).reshape(-1, len(names))
        return dict(zip(names, by_image.T, strict=True))


def _mean_over_pixels(probability_map: ArrayLike, image: int) -> list[float]:
    probabilities = float_array(probability_map, f"probability map {image}")
    if probabilities.ndim != 3 or probabilities.size == 0:
        raise InvalidInputError(
            f"probability map {image} is (W, H, C) with at least one pixel and class, not {probabilities.shape}"
        )
    pixels = probabilities.reshape(-1, probabilities.shape[2])
    return [float(scores.mean()) for scores in uncertainties(pixels).values()]
