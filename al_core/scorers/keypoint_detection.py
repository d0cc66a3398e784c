from collections.abc import Iterable

import numpy as np

from al_core.scorers.score import Score
from al_core.scorers.scorer import Scorer
from al_core.types import Scores
from al_core.utils.keypoint_predictions import KeypointPrediction


class ScorerKeypointDetection(Scorer):
    """Scores how unsure a model is of the positions of keypoints.

    `mean_uncertainty` is 1 minus the mean confidence: the mean over the keypoints of each object, then over the objects
    that have keypoints. It is 0 for an image without any.

    Attributes:
        model_output: One `KeypointPrediction` per image, as any iterable.

    Examples:
        >>> from al_core.utils import KeypointInstancePrediction
        >>> objects = [KeypointInstancePrediction([23, 43, 0.5]), KeypointInstancePrediction([4, 2, 1.0, 9, 9, 0.5])]
        >>> ScorerKeypointDetection([KeypointPrediction(objects), KeypointPrediction([])]).calculate_scores()
        {'mean_uncertainty': array([0.375, 0.   ])}
    """

    scores = (
        Score(
            "mean_uncertainty",
            "Mean uncertainty",
            "1 − mean confidence of the keypoints, over each object and then over the objects",
        ),
    )

    def __init__(self, model_output: Iterable[KeypointPrediction]) -> None:
        super().__init__(list(model_output))

    def calculate_scores(self) -> dict[str, Scores]:
        """Return `mean_uncertainty`, (N,) in [0, 1]."""
        uncertainty = [_mean_uncertainty(prediction) for prediction in self.model_output]
        return {"mean_uncertainty": np.array(uncertainty, dtype=np.float64)}


def _mean_uncertainty(prediction: KeypointPrediction) -> float:
    confidences = [instance.get_confidences() for instance in prediction.keypoint_instance_predictions]
    means = [sum(values) / len(values) for values in confidences if values]
    return 1 - sum(means) / len(means) if means else 0.0
