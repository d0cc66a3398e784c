from collections.abc import Iterable, Mapping

import numpy as np

from al_core.scorers.poses import pose_surprise
from al_core.scorers.saturation import saturated
from al_core.scorers.score import Score
from al_core.scorers.scorer import Scorer, check_is_one_per_image, check_predictions
from al_core.types import Scores
from al_core.utils.keypoint_predictions import KeypointPrediction


class ScorerKeypointDetection(Scorer):
    """Scores how unsure a model is of the positions of keypoints, and how unusual they are.

    - `mean_uncertainty`: 1 minus the mean confidence: the mean over the keypoints of each object, then over the objects
      that have keypoints. It is 0 for an image without any.
    - `pose_surprise`: how far the strangest pose is from the usual ones, which may be confident all the same; see
      `al_core.scorers.poses`. It is unbounded and stored as x / (x + half point), 0 for an image without poses.

    Attributes:
        model_output: One `KeypointPrediction` per image, as any iterable.
        half_points: The value of an unbounded score that becomes 0.5, by name; by default the median of the images
            that have any. Those of the first model make the scores of the next ones comparable.

    Raises:
        InvalidInputError: If an image has something else than a `KeypointPrediction`.

    Examples:
        >>> from al_core.utils import KeypointInstancePrediction
        >>> objects = [KeypointInstancePrediction([23, 43, 0.5]), KeypointInstancePrediction([4, 2, 1.0, 9, 9, 0.5])]
        >>> ScorerKeypointDetection([KeypointPrediction(objects), KeypointPrediction([])]).calculate_scores()
        {'mean_uncertainty': array([0.375, 0.   ]), 'pose_surprise': array([0., 0.])}
    """

    scores = (
        Score(
            "mean_uncertainty",
            "Mean uncertainty",
            "1 − mean confidence of the keypoints, over each object and then over the objects",
        ),
        Score(
            "pose_surprise",
            "Pose surprise",
            "x / (x + median), x = mean over the ways between keypoints of ((way − mean) / deviation)², highest object",
        ),
    )

    def __init__(
        self, model_output: Iterable[KeypointPrediction], *, half_points: Mapping[str, float] | None = None
    ) -> None:
        check_is_one_per_image(model_output, "KeypointPrediction")
        super().__init__(list(model_output))
        check_predictions(self.model_output, KeypointPrediction, "from_dicts, from_ultralytics")
        self.half_points.update(half_points or {})

    def calculate_scores(self) -> dict[str, Scores]:
        """Return both scores by name, (N,) in [0, 1] each."""
        uncertainty = [_mean_uncertainty(prediction) for prediction in self.model_output]
        surprise = {"pose_surprise": pose_surprise(self.model_output)}
        return {"mean_uncertainty": np.array(uncertainty, dtype=np.float64), **saturated(surprise, self.half_points)}


def _mean_uncertainty(prediction: KeypointPrediction) -> float:
    confidences = [instance.get_confidences() for instance in prediction.keypoint_instance_predictions]
    means = [sum(values) / len(values) for values in confidences if values]
    return 1 - sum(means) / len(means) if means else 0.0
