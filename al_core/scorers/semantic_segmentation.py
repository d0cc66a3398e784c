from collections.abc import Iterable, Sized
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from al_core.exceptions import InvalidInputError
from al_core.scorers.one_vs_rest import highest_patch, one_vs_rest_entropy
from al_core.scorers.score import Score
from al_core.scorers.scorer import Scorer, check_is_one_per_image
from al_core.scorers.uncertainty import UNCERTAINTY_SCORES, uncertainties, with_two_classes
from al_core.types import Scores
from al_core.utils.float_array import float_array

_ONE_VS_REST = "Σ H₂(p) / (C · H₂(1 / C)), H₂ the binary entropy, over all C classes"


class ScorerSemanticSegmentation(Scorer):
    """Scores how unsure a segmentation model is: the scores of each pixel, averaged over the image.

    - `uncertainty_…`: the classification scores.
    - `uncertainty_one_vs_rest`: entropy of each class against all others, so that rare classes count; see
      `al_core.scorers.one_vs_rest`. `uncertainty_one_vs_rest_patch` is its mean in the most doubtful of 8 x 8 patches,
      so that a small doubtful place is not lost in a large certain image.

    Attributes:
        model_output: One (W, H, C) map of class probabilities per image: a list, an array or a generator. Maps are read
            one at a time, so a generator needs the memory of one map; it can be scored only once.

    Examples:
        >>> import numpy as np
        >>> unsure_half = np.array([[[1.0, 0.0], [0.5, 0.5]]])
        >>> ScorerSemanticSegmentation([unsure_half]).calculate_scores()["uncertainty_margin"]
        array([0.5])
    """

    scores = (
        *(
            replace(score, formula=f"mean over all pixels: {score.formula}", work_out=None)
            for score in UNCERTAINTY_SCORES
        ),
        Score("uncertainty_one_vs_rest", "One-vs-rest entropy", f"mean over all pixels: {_ONE_VS_REST}"),
        Score(
            "uncertainty_one_vs_rest_patch",
            "One-vs-rest entropy, highest patch",
            f"highest mean over one of 8 x 8 patches: {_ONE_VS_REST}",
        ),
    )

    def __init__(self, model_output: Iterable[ArrayLike]) -> None:
        check_is_one_per_image(model_output, "probability map")
        super().__init__(model_output)

    def calculate_scores(self) -> dict[str, Scores]:
        """Return the uncertainty scores by name, (N,) in [0, 1] each.

        An exhausted generator results in an empty dictionary, an empty list in empty arrays.

        Raises:
            InvalidInputError: If a map is not (W, H, C) with at least one pixel and one class.
        """
        scores = [_scores_of_map(map_, image) for image, map_ in enumerate(self.model_output)]
        if not scores and not isinstance(self.model_output, Sized):
            return {}
        names = self.score_names()
        # The shape is spelled out for an empty list, whose array has no second axis.
        by_image = np.array(scores, dtype=np.float64).reshape(-1, len(names))
        return dict(zip(names, by_image.T, strict=True))


def _scores_of_map(probability_map: ArrayLike, image: int) -> list[float]:
    probabilities = float_array(probability_map, f"probability map {image}")
    if probabilities.ndim != 3 or probabilities.size == 0:
        raise InvalidInputError(
            f"probability map {image} is (W, H, C) with at least one pixel and class, not {probabilities.shape}"
        )
    pixels = probabilities.reshape(-1, probabilities.shape[2])
    one_vs_rest = one_vs_rest_entropy(with_two_classes(pixels)).reshape(probabilities.shape[:2])
    means = [float(scores.mean()) for scores in uncertainties(pixels).values()]
    return [*means, float(one_vs_rest.mean()), highest_patch(one_vs_rest)]
