"""Predicted boxes and keypoints matched with labeled ones, as pycocotools matches them.

It is the implementation that published figures come from. Matches are kept by image, so that a bootstrap can weight
them by how often each image was drawn, and accumulate them again as pycocotools does.
"""

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError

# COCO counts the surest 100 objects of an image and class.
_MOST_PER_IMAGE = 100
_RECALLS = np.linspace(0, 1, 101)
# 16 MB at a time.
_BLOCK_VALUES = 1 << 21
_WHOLE_SCALE = [[0.0, 1e10]]


@dataclass(frozen=True, eq=False)
class ImageObjects:
    """The objects of one image, labeled or predicted.

    Attributes:
        boxes: (B, 4) x0, y0, x1, y1.
        classes: (B,) from 0.
        scores: (B,) confidence of each predicted object; None for labels.
        keypoints: (B, K, 3) x, y and, for labels, whether the keypoint is labeled (above 0); None for boxes.
    """

    boxes: NDArray[np.floating]
    classes: NDArray[np.int64]
    scores: NDArray[np.floating] | None = None
    keypoints: NDArray[np.floating] | None = None


@dataclass(frozen=True, eq=False)
class ObjectMatches:
    """All predictions of one class, surest first.

    Attributes:
        image: (D,) image of each.
        is_right: (T, D) whether it is matched at each threshold.
        counts: (T, D) whether it counts at all.
        n_objects: (N,) labeled objects of the class in each image.
    """

    image: NDArray[np.int64]
    is_right: NDArray[np.bool_]
    counts: NDArray[np.bool_]
    n_objects: NDArray[np.int64]

    def average_precision(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (B,) the mean precision at 101 recalls and all thresholds, images weighted; NaN without objects.

        Source: Lin et al., Microsoft COCO, ECCV 2014; accumulation as in pycocotools' `COCOeval.accumulate`.

        Args:
            weights: (B, N) how often each image counts in each of B draws.
        """
        n_objects = weights @ self.n_objects
        if not len(self.image):
            return np.where(n_objects > 0, 0.0, np.nan)
        n_thresholds = len(self.is_right)
        block = max(1, _BLOCK_VALUES // (n_thresholds * len(self.image)))
        parts = [self._precision_sums(weights[start : start + block]) for start in range(0, len(weights), block)]
        sums = np.concatenate(parts)
        return np.where(n_objects > 0, sums / (len(_RECALLS) * n_thresholds), np.nan)

    def _precision_sums(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (B,) the sums of precision over recalls and thresholds."""
        weight = weights[:, self.image]
        # Axes: thresholds, draws, predictions.
        right = np.cumsum((self.is_right & self.counts)[:, None] * weight, axis=2)
        precision = np.cumsum((~self.is_right & self.counts)[:, None] * weight, axis=2)
        precision += right
        np.divide(right, precision, out=precision, where=precision > 0)
        # The precision at a recall is the best at that recall or a higher one.
        envelope = np.maximum.accumulate(precision[..., ::-1], axis=2)[..., ::-1]
        n_objects = np.maximum(weights @ self.n_objects, np.finfo(float).tiny)
        # Each prediction stands for the recalls that are reached with it and not before it. Compared as pycocotools
        # does, to the last bit: 7 of 10 objects do not reach its recall of 0.7, which is 0.7000000000000001.
        reached = np.searchsorted(_RECALLS, right / n_objects[:, None], side="right")
        return np.asarray((envelope * np.diff(reached, prepend=0, axis=2)).sum(axis=(0, 2)))


def match_objects(
    labels: Sequence[ImageObjects],
    predictions: Sequence[ImageObjects],
    n_classes: int,
    sigmas: Sequence[float] | None,
) -> list[ObjectMatches]:
    """Return the matches of each class that pycocotools finds."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    kind = "bbox" if sigmas is None else "keypoints"
    # It prints what it does.
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "images": [{"id": image} for image in range(len(labels))],
            "categories": [{"id": number} for number in range(n_classes)],
            "annotations": _annotations(labels, kind),
        }
        truth.createIndex()
        predicted = COCO()
        predicted.dataset = {**truth.dataset, "annotations": _annotations(predictions, kind, scored=True)}
        predicted.createIndex()
        evaluation = COCOeval(truth, predicted, kind)
        # Small, medium and large objects are not told apart.
        evaluation.params.areaRng = _WHOLE_SCALE
        evaluation.params.areaRngLbl = ["all"]
        evaluation.params.maxDets = [_MOST_PER_IMAGE]
        if sigmas is not None:
            evaluation.params.kpt_oks_sigmas = np.asarray(sigmas, np.float64)
        evaluation.evaluate()
    # It lists classes, within them ranges of areas (one here), and within those images.
    per_class = np.array(evaluation.evalImgs, object).reshape(n_classes, len(labels))
    return [_class_matches(list(images), len(evaluation.params.iouThrs)) for images in per_class]


def _annotations(images: Sequence[ImageObjects], kind: str, *, scored: bool = False) -> list[dict[str, Any]]:
    annotations: list[dict[str, Any]] = []
    for image, objects in enumerate(images):
        if scored and objects.scores is None:
            raise InvalidInputError(f"the predictions of image {image} have no scores; average precision ranks by them")
        for place, (x0, y0, x1, y1) in enumerate(objects.boxes.tolist()):
            annotation = {
                # pycocotools takes a match with id 0 for none.
                "id": len(annotations) + 1,
                "image_id": image,
                "category_id": int(objects.classes[place]),
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": (x1 - x0) * (y1 - y0),
                "iscrowd": 0,
            }
            if scored and objects.scores is not None:
                annotation["score"] = float(objects.scores[place])
            if kind == "keypoints" and objects.keypoints is not None:
                points = objects.keypoints[place]
                annotation["keypoints"] = np.asarray(points, float).ravel().tolist()
                annotation["num_keypoints"] = int((points[:, 2] > 0).sum())
            annotations.append(annotation)
    return annotations


def _class_matches(images: Sequence[Mapping[str, Any] | None], n_thresholds: int) -> ObjectMatches:
    """Return the matches of one class from what pycocotools says of each image, None where the class has no object."""
    nothing: Mapping[str, Any] = {"dtScores": [], "dtMatches": [], "dtIgnore": [], "gtIgnore": []}
    answers = [image or nothing for image in images]
    scores = [np.asarray(answer["dtScores"], np.float64) for answer in answers]
    matched = [np.asarray(answer["dtMatches"]).reshape(n_thresholds, -1) for answer in answers]
    ignored = [np.asarray(answer["dtIgnore"]).reshape(n_thresholds, -1) for answer in answers]
    n_objects = [int((np.asarray(answer["gtIgnore"]) == 0).sum()) for answer in answers]
    image_of = np.repeat(np.arange(len(images)), [len(image_scores) for image_scores in scores])
    # The order of pycocotools, which decides between equal scores.
    order = np.argsort(-np.concatenate(scores), kind="mergesort")
    is_right = np.concatenate(matched, axis=1)[:, order] > 0
    counts = np.concatenate(ignored, axis=1)[:, order] == 0
    return ObjectMatches(image_of[order], is_right, counts, np.array(n_objects))
