from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.scorers.class_aware import CLASS_AWARE_SCORES, class_aware_entropies
from al_core.scorers.saturation import saturated
from al_core.scorers.score import Score
from al_core.scorers.scorer import Scorer, check_is_one_per_image, check_predictions
from al_core.scorers.uncertainty import UNCERTAINTIES, UNCERTAINTY_SCORES, uncertainties
from al_core.types import Probabilities, Scores
from al_core.utils.object_detection_batch import ObjectDetectionBatch
from al_core.utils.object_detection_output import ObjectDetectionOutput

PREFIX = "classification_"
ENTROPY = UNCERTAINTIES.index("uncertainty_entropy")
DEFAULT_CONFIG = {"frequency_penalty": 0.25, "min_score": 0.9}
IMAGES_PER_BATCH = 2048
"""Images whose boxes are joined into one array: 16 MB of probabilities at 20 boxes and 100 classes."""


class DetectionScores(dict[str, Scores]):
    """Scores by name that also answer to the uncertainties without their prefix, and list each score once.

    Examples:
        >>> scores = DetectionScores(classification_uncertainty_margin=np.array([0.5]))
        >>> scores["uncertainty_margin"], list(scores)
        (array([0.5]), ['classification_uncertainty_margin'])
    """

    def __missing__(self, name: str) -> Scores:
        if name in UNCERTAINTIES:
            return self[PREFIX + name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (name in UNCERTAINTIES and super().__contains__(f"{PREFIX}{name}"))

    def get(self, name: str, default: Any = None) -> Any:
        """Return the scores of that name, or `default`."""
        try:
            return self[name]
        except KeyError:
            return default


class ScorerObjectDetection(Scorer):
    """Scores images by how many objects were detected and how unsure the detector is about them.

    - `object_frequency`: the first object of a class counts 1, each further one `frequency_penalty`; the counts are
      scaled over this batch to [`min_score`, 1]. If all are equal they score 1.
    - `objectness_least_confidence`: 1 minus the mean over the boxes of object probability times highest class
      probability; 0 without boxes.
    - `classification_uncertainty_…`: the highest classification score of any box; 0 without boxes.
    - `class_aware_entropy_…`: entropy of the boxes, those of rarely predicted classes counting more, as a sum, a mean
      and by expected cost; see `al_core.scorers.class_aware`. They are unbounded and stored as x / (x + half point).

    Attributes:
        model_output: One `ObjectDetectionOutput` per image, as any iterable; an `ObjectDetectionBatch` of arrays is
            scored fastest.
        config: `frequency_penalty` (0.25) and `min_score` (0.9), both in [0, 1]; missing ones keep their default.
        confidence_threshold: Boxes of a lower confidence are left out. An image that loses all its boxes is not
            certain but doubtful: of each score but `object_frequency` it takes the median of the images that keep
            boxes. 0 counts every box.
        half_points: The value of an unbounded score that becomes 0.5, by name; by default the median of the images
            that have any. Those of the first model make the scores of the next ones comparable.

    Raises:
        NotFoundError: If config has an unknown key.
        InvalidInputError: If a value in config, or the threshold, is not a number in [0, 1].

    Examples:
        >>> boxes, no_boxes = np.array([[0.1, 0.2, 0.3, 0.4]]), np.empty((0, 4))
        >>> outputs = [ObjectDetectionOutput(boxes, [0.5], [[0.5, 0.5]]), ObjectDetectionOutput(no_boxes, [], [])]
        >>> for name, scores in ScorerObjectDetection(outputs, config={"min_score": 0.5}).calculate_scores().items():
        ...     print(name, scores)
        object_frequency [1.  0.5]
        objectness_least_confidence [0.75 0.  ]
        classification_uncertainty_least_confidence [1. 0.]
        classification_uncertainty_margin [1. 0.]
        classification_uncertainty_entropy [1. 0.]
        class_aware_entropy_sum [0.5 0. ]
        class_aware_entropy_mean [0.5 0. ]
        class_aware_entropy_per_cost [0.5 0. ]
    """

    scores = (
        Score(
            "object_frequency",
            "Object frequency",
            "objects detected, each further one of a class counting ¼, scaled over all samples to 0.9 to 1",
        ),
        Score(
            "objectness_least_confidence",
            "Objectness least confidence",
            "1 − mean over the boxes of object probability · highest class probability",
        ),
        *(
            Score(f"{PREFIX}{score.name}", f"{score.title} of the classes", f"highest of any box: {score.formula}")
            for score in UNCERTAINTY_SCORES
        ),
        *CLASS_AWARE_SCORES,
    )

    def __init__(
        self,
        model_output: Iterable[ObjectDetectionOutput],
        config: Mapping[str, float] | None = None,
        *,
        confidence_threshold: float = 0.0,
        half_points: Mapping[str, float] | None = None,
    ) -> None:
        check_is_one_per_image(model_output, "ObjectDetectionOutput")
        # A list of a batch would lose its arrays, which are scored without a Python step per image.
        super().__init__(model_output if isinstance(model_output, Sequence) else list(model_output))
        # A batch is made of arrays that were checked when it was made.
        if not isinstance(self.model_output, ObjectDetectionBatch):
            check_predictions(self.model_output, ObjectDetectionOutput, "from_scores, from_ultralytics")
        self.config = DEFAULT_CONFIG | _checked(config or {})
        self.confidence_threshold = _from_0_to_1("confidence_threshold", confidence_threshold)
        self.half_points.update(half_points or {})

    def calculate_scores(self) -> dict[str, Scores]:
        """Return the scores by name, (N,) in [0, 1] each; see `DetectionScores`.

        Raises:
            InvalidInputError: If there are boxes, and none is as confident as the threshold.
        """
        if len(self.model_output) == 0:
            return DetectionScores({name: np.empty(0) for name in self.score_names()})
        outputs = _confident(self.model_output, self.confidence_threshold)
        n_boxes, labels, confidences = _columns(outputs)
        per_box = _uncertainties_of_boxes(outputs, n_boxes)
        class_aware = class_aware_entropies(n_boxes, labels, confidences, per_box[ENTROPY])
        doubtful = np.column_stack(
            [
                _objectness_least_confidence(n_boxes, confidences),
                *_highest(per_box, n_boxes),
                *saturated(class_aware, self.half_points).values(),
            ]
        )
        has_lost_all = (n_boxes == 0) & (_n_boxes(self.model_output) > 0)
        if has_lost_all.any():
            doubtful[has_lost_all] = self._median(doubtful[n_boxes > 0])
        scores = (_object_frequency(n_boxes, labels, **self.config), *doubtful.T)
        return DetectionScores(zip(self.score_names(), scores, strict=True))

    def _median(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the median of each score, (S,), over (M, S) scores of the images that keep boxes."""
        if not len(scores):
            raise InvalidInputError(
                f"no box is as confident as confidence_threshold, {self.confidence_threshold:g}: choose a lower one"
            )
        medians: NDArray[np.float64] = np.median(scores, axis=0)
        return medians


def _checked(config: Mapping[str, float]) -> dict[str, float]:
    for key, value in config.items():
        if key not in DEFAULT_CONFIG:
            raise NotFoundError(f"unknown scorer config {key!r}; use {' or '.join(DEFAULT_CONFIG)}")
        _from_0_to_1(f"scorer config {key}", value)
    return dict(config)


def _from_0_to_1(name: str, value: float) -> float:
    if not isinstance(value, Real) or not 0 <= value <= 1:
        raise InvalidInputError(f"{name} is a number from 0 to 1, not {value!r}")
    return value


def _confident(outputs: Sequence[ObjectDetectionOutput], least: float) -> Sequence[ObjectDetectionOutput]:
    if isinstance(outputs, ObjectDetectionBatch):
        return outputs.confident(least)
    return [output.confident(least) for output in outputs]


def _n_boxes(outputs: Sequence[ObjectDetectionOutput]) -> NDArray[np.int64]:
    if isinstance(outputs, ObjectDetectionBatch):
        return outputs.n_boxes
    return np.array([len(output.labels) for output in outputs])


def _columns(outputs: Sequence[ObjectDetectionOutput]) -> tuple[NDArray[np.int64], NDArray[np.int64], Scores]:
    n_boxes = _n_boxes(outputs)
    if isinstance(outputs, ObjectDetectionBatch):
        return n_boxes, outputs.objects.labels, outputs.objects.scores
    labels = np.concatenate([output.labels for output in outputs])
    return n_boxes, labels, np.concatenate([output.scores for output in outputs])


def _object_frequency(
    n_boxes: NDArray[np.int64], labels: NDArray[np.int64], *, frequency_penalty: float, min_score: float
) -> Scores:
    n_labels = int(labels.max(initial=0)) + 1
    image_of_box = np.repeat(np.arange(len(n_boxes)), n_boxes)
    is_present = np.zeros((len(n_boxes), n_labels), dtype=bool)
    is_present[image_of_box, labels] = True
    # The first box of each class counts 1, every further one only the penalty.
    n_classes = is_present.sum(axis=1)
    counts = n_classes + frequency_penalty * (n_boxes - n_classes)
    # Where all counts are equal, `interp` returns its upper end.
    scores: Scores = np.interp(counts, (counts.min(), counts.max()), (min_score, 1.0))
    return scores


def _objectness_least_confidence(n_boxes: NDArray[np.int64], confidences: Scores) -> Scores:
    image_of_box = np.repeat(np.arange(len(n_boxes)), n_boxes)
    sums = np.bincount(image_of_box, weights=confidences, minlength=len(n_boxes))
    mean = sums / np.maximum(n_boxes, 1)
    # Without boxes there is nothing to be unsure of, and a confidence that is not finite says nothing.
    has_mean = (n_boxes > 0) & np.isfinite(mean)
    return np.where(has_mean, np.clip(1 - mean, 0, 1), 0.0)


def _uncertainties_of_boxes(
    outputs: Sequence[ObjectDetectionOutput], n_boxes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the `UNCERTAINTIES` of each box, (3, B), image after image."""
    per_box = np.empty((len(UNCERTAINTIES), n_boxes.sum()))
    starts = np.cumsum(n_boxes) - n_boxes
    for images, probabilities in _class_probabilities(outputs, n_boxes):
        counts = n_boxes[images]
        # The running number within the images of this part, moved to where each image begins among all.
        starts_here = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(starts[images] - starts_here, counts)
        per_box[:, places] = list(uncertainties(probabilities).values())
    return per_box


def _highest(per_box: NDArray[np.float64], n_boxes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the highest value of each image's boxes, (S, N); images without boxes have 0."""
    highest = np.zeros((len(per_box), len(n_boxes)))
    images = np.flatnonzero(n_boxes)
    if len(images):
        # For an empty range reduceat would return a value of the next image.
        starts = np.cumsum(n_boxes[images]) - n_boxes[images]
        highest[:, images] = np.maximum.reduceat(per_box, starts, axis=1)
    return highest


def _class_probabilities(
    outputs: Sequence[ObjectDetectionOutput], n_boxes: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], Probabilities]]:
    if isinstance(outputs, ObjectDetectionBatch):
        if n_boxes.any():
            yield np.flatnonzero(n_boxes), outputs.objects.class_probabilities
        return
    # `from_scores` knows only the classes of its own image, so the number of classes differs between images.
    by_n_classes: dict[int, list[int]] = {}
    for image in np.flatnonzero(n_boxes).tolist():
        n_classes = outputs[image].class_probabilities.shape[1]
        by_n_classes.setdefault(n_classes, []).append(image)
    for images in by_n_classes.values():
        for start in range(0, len(images), IMAGES_PER_BATCH):
            batch = images[start : start + IMAGES_PER_BATCH]
            yield np.array(batch), np.concatenate([outputs[image].class_probabilities for image in batch])
