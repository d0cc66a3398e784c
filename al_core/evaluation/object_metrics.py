"""Boxes and keypoints: COCO's mean average precision (mAP), with a bootstrap over images.

pycocotools matches predictions with labels; it is the implementation that published figures come from. The bootstrap
weights its matches by how often each image was drawn, and accumulates them again as pycocotools does.
"""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.bootstrap import draw_counts, percentile_ends
from al_core.evaluation.images import LEAST_IMAGES, too_few_images
from al_core.evaluation.statistic import Interval, Statistic
from al_core.exceptions import InvalidInputError

# A draw accumulates all matches again; the ends of the interval vary by a twentieth of its width.
_N_DRAWS = 300
_MOST_PER_IMAGE = 100
_RECALLS = np.linspace(0, 1, 101)
_WHOLE_SCALE = [[0.0, 1e10]]
# The deviation of a keypoint that COCO assumes for hips; other bodies have no published values (`oks`).
DEFAULT_SIGMA = 0.107


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
class _Matches:
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

    def average_precision(self, weights: NDArray[np.float64]) -> float:
        """Return the mean precision at 101 recalls and all thresholds, images weighted; NaN without objects.

        Source: Lin et al., Microsoft COCO, ECCV 2014; accumulation as in pycocotools' `COCOeval.accumulate`.
        """
        n_objects = float(self.n_objects @ weights)
        if n_objects == 0:
            return float("nan")
        weight = weights[self.image]
        right = np.cumsum(self.is_right * self.counts * weight, axis=1)
        wrong = np.cumsum(~self.is_right * self.counts * weight, axis=1)
        drawn = weight > 0
        right = right[:, drawn]
        precision = right / np.maximum(right + wrong[:, drawn], np.finfo(float).eps)
        # The precision at a recall is the best at that recall or a higher one.
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        total = 0.0
        for recall, best in zip(right / n_objects, envelope, strict=True):
            places = np.searchsorted(recall, _RECALLS - 1e-12)
            total += float(best[places[places < len(best)]].sum())
        return total / (len(_RECALLS) * len(right))


def mean_average_precision(
    labels: Sequence[ImageObjects],
    predictions: Sequence[ImageObjects],
    n_classes: int,
    *,
    sigmas: Sequence[float] | None = None,
    seed: int = 0,
) -> Statistic:
    """Return COCO's mAP (mean over IoU or OKS from 0.5 to 0.95) of all classes with labels.

    Args:
        labels: One for each test image.
        predictions: One for each test image, in the same order, with scores.
        n_classes: C.
        sigmas: (K,) for keypoints: how far a labeler deviates, relative to the object; None measures boxes.
        seed: Fixes the bootstrap.

    Raises:
        InvalidInputError: If the two differ in length, or predictions have no scores.
    """
    if len(labels) != len(predictions):
        raise InvalidInputError(
            f"{len(labels)} labeled images and {len(predictions)} predicted ones; give both of each"
        )
    if len(labels) < LEAST_IMAGES:
        return too_few_images(len(labels))
    matches = _matches(labels, predictions, n_classes, sigmas)
    value = _mean(matches, np.ones(len(labels)))
    if np.isnan(value):
        return too_few_images(0)
    draws = [_mean(matches, weights) for block in draw_counts(len(labels), _N_DRAWS, seed) for weights in block]
    low, high = percentile_ends(np.array(draws)[~np.isnan(draws)], len(labels))
    return Interval(value, max(low, 0.0), min(high, 1.0), n=len(labels))


def oks(labeled: NDArray[np.floating], predicted: NDArray[np.floating], area: float, sigmas: Sequence[float]) -> float:
    """Return the similarity of two sets of keypoints (object keypoint similarity), 0 to 1; NaN if none is labeled.

    Source: COCO keypoint evaluation: mean of exp(-d² / (2 area (2 sigma)²)) over labeled keypoints.

    Args:
        labeled: (K, 3) x, y and whether it is labeled.
        predicted: (K, 3) or (K, 2) x and y.
        area: Area of the object in the same unit squared.
        sigmas: (K,) deviation of each keypoint relative to the object's scale.

    Examples:
        A keypoint that is off by √area · 2 sigma scores e^(-1/2).

        >>> round(oks(np.array([[0.0, 0, 1], [5, 5, 0]]), np.array([[2.0, 0], [9, 9]]), 100, [0.1, 0.1]), 4)
        0.6065
    """
    is_labeled = labeled[:, 2] > 0
    if not is_labeled.any():
        return float("nan")
    squared = np.square(labeled[:, :2] - predicted[:, :2]).sum(axis=1)
    variances = np.square(2 * np.asarray(sigmas, np.float64))
    return float(np.exp(-squared / (2 * area * variances))[is_labeled].mean())


def _mean(matches: list[_Matches], weights: NDArray[np.float64]) -> float:
    values = np.array([match.average_precision(weights) for match in matches])
    return float(np.mean(values[~np.isnan(values)])) if not np.all(np.isnan(values)) else float("nan")


def _matches(
    labels: Sequence[ImageObjects],
    predictions: Sequence[ImageObjects],
    n_classes: int,
    sigmas: Sequence[float] | None,
) -> list[_Matches]:
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
        evaluation.params.areaRng = _WHOLE_SCALE
        evaluation.params.areaRngLbl = ["all"]
        evaluation.params.maxDets = [_MOST_PER_IMAGE]
        if sigmas is not None:
            evaluation.params.kpt_oks_sigmas = np.asarray(sigmas, np.float64)
        evaluation.evaluate()
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


def _class_matches(images: list[dict[str, Any] | None], n_thresholds: int) -> _Matches:
    empty = np.empty((n_thresholds, 0))
    scores = [np.asarray(image["dtScores"]) if image else np.empty(0) for image in images]
    matched = [np.asarray(image["dtMatches"]).reshape(n_thresholds, -1) if image else empty for image in images]
    ignored = [np.asarray(image["dtIgnore"]).reshape(n_thresholds, -1) if image else empty for image in images]
    n_objects = [int((np.asarray(image["gtIgnore"]) == 0).sum()) if image else 0 for image in images]
    image_of = np.repeat(np.arange(len(images)), [len(image_scores) for image_scores in scores])
    # The order of pycocotools, which decides between equal scores.
    order = np.argsort(-np.concatenate(scores), kind="mergesort")
    is_right = np.concatenate(matched, axis=1)[:, order] > 0
    counts = np.concatenate(ignored, axis=1)[:, order] == 0
    return _Matches(image_of[order], is_right, counts, np.array(n_objects))
