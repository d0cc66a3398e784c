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

from al_core.evaluation.bootstrap import LEAST_UNITS, draw_counts, percentile_ends
from al_core.evaluation.class_metrics import LEAST_PER_CLASS
from al_core.evaluation.images import LEAST_IMAGES, too_few_images
from al_core.evaluation.statistic import Interval, Refusal, Statistic
from al_core.exceptions import InvalidInputError
from al_core.text import counted

# A draw accumulates all matches again; the ends of the interval vary by a twentieth of its width.
_N_DRAWS = 300
_MOST_PER_IMAGE = 100
_RECALLS = np.linspace(0, 1, 101)
# 16 MB at a time.
_BLOCK_VALUES = 1 << 21
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
        right = np.cumsum((self.is_right & self.counts)[:, None] * weight, axis=2)
        precision = np.cumsum((~self.is_right & self.counts)[:, None] * weight, axis=2)
        precision += right
        np.divide(right, precision, out=precision, where=precision > 0)
        # The precision at a recall is the best at that recall or a higher one.
        envelope = np.maximum.accumulate(precision[..., ::-1], axis=2)[..., ::-1]
        n_objects = np.maximum(weights @ self.n_objects, np.finfo(float).tiny)
        # Each prediction stands for the recalls that are reached with it and not before it; rounding may not take one.
        reached = np.floor((len(_RECALLS) - 1) * right / n_objects[:, None] + 1e-10) + 1
        return np.asarray((envelope * np.diff(reached, prepend=0, axis=2)).sum(axis=(0, 2)))


@dataclass(frozen=True)
class ObjectResults:
    """How a model does on objects.

    Attributes:
        mean: COCO's mAP of all classes with labels.
        classes: (C,) average precision of each class, or why there is none.
        n_objects: (C,) labeled objects of each class.
    """

    mean: Statistic
    classes: tuple[Statistic, ...]
    n_objects: tuple[int, ...]


def mean_average_precision(
    labels: Sequence[ImageObjects],
    predictions: Sequence[ImageObjects],
    n_classes: int,
    *,
    sigmas: Sequence[float] | None = None,
    seed: int = 0,
) -> Statistic:
    """Return COCO's mAP (mean over IoU or OKS from 0.5 to 0.95) of all classes with labels; see `object_results`."""
    return object_results(labels, predictions, n_classes, sigmas=sigmas, seed=seed).mean


def object_results(
    labels: Sequence[ImageObjects],
    predictions: Sequence[ImageObjects],
    n_classes: int,
    *,
    sigmas: Sequence[float] | None = None,
    groups: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> ObjectResults:
    """Return average precision (mean over IoU or OKS from 0.5 to 0.95) of each class and over the classes.

    Args:
        labels: One for each test image.
        predictions: One for each test image, in the same order, with scores.
        n_classes: C.
        sigmas: (K,) for keypoints: how far a labeler deviates, relative to the object; None measures boxes.
        groups: (T,) group of each test image; whole groups are drawn then.
        seed: Fixes the bootstrap.

    Raises:
        InvalidInputError: If the two differ in length, or predictions have no scores.
    """
    if len(labels) != len(predictions):
        raise InvalidInputError(
            f"{len(labels)} labeled images and {len(predictions)} predicted ones; give both of each"
        )
    if len(labels) < LEAST_IMAGES:
        return _refused(too_few_images(len(labels)), labels, n_classes)
    units = np.arange(len(labels)) if groups is None else np.unique(groups, return_inverse=True)[1]
    n_units = int(units.max()) + 1
    if n_units < LEAST_UNITS:
        refusal = Refusal(f"test images of {n_units} groups; an interval needs {LEAST_UNITS}", len(labels))
        return _refused(refusal, labels, n_classes)
    matches = _matches(labels, predictions, n_classes, sigmas)
    # The first row is the images as they are, the others are drawn.
    weights = np.concatenate([np.ones((1, len(labels))), *(block[:, units] for block in _drawn(n_units, seed))])
    values = np.array([match.average_precision(weights) for match in matches]).reshape(n_classes, len(weights))
    n_objects = tuple(int(match.n_objects.sum()) for match in matches)
    has_objects = ~np.isnan(values)
    n_shown = has_objects.sum(axis=0)
    means = np.divide(
        np.where(has_objects, values, 0).sum(axis=0), n_shown, out=np.full(len(weights), np.nan), where=n_shown > 0
    )
    return ObjectResults(
        _interval(means, n_units, len(labels)),
        tuple(_of_class(values[number], n, n_units) for number, n in enumerate(n_objects)),
        n_objects,
    )


def _refused(refusal: Refusal, labels: Sequence[ImageObjects], n_classes: int) -> ObjectResults:
    classes = np.concatenate([np.empty(0, np.int64), *(image.classes for image in labels)])
    n_objects = np.bincount(classes, minlength=n_classes).tolist()
    return ObjectResults(refusal, (refusal,) * n_classes, tuple(n_objects))


def _drawn(n_units: int, seed: int) -> list[NDArray[np.float64]]:
    return list(draw_counts(n_units, _N_DRAWS, seed))


def _of_class(values: NDArray[np.float64], n_objects: int, n_units: int) -> Statistic:
    if n_objects < LEAST_PER_CLASS:
        reason = f"{counted(n_objects, 'labeled object')}; a class needs {LEAST_PER_CLASS}"
        return Refusal(reason, n_objects, LEAST_PER_CLASS)
    return _interval(values, n_units, n_objects)


def _interval(values: NDArray[np.float64], n_units: int, n: int) -> Statistic:
    """Return the interval of the first value, from the others, which are drawn.

    Average precision of few images is too high: its envelope takes the best of what chance has put together. By twice
    as much as the draws exceed the estimate the lower end moves down: 95 % intervals of 50 to 300 simulated images then
    hold the truth in 88 to 95 % of runs, in 72 to 83 % if it moves by that once, as a basic bootstrap does, and in 18
    to 68 % with plain percentiles. The upper end stays where it is, so that the estimate lies inside.
    """
    value, *draws = values.tolist()
    if np.isnan(value):
        return Refusal("no labeled objects yet")
    drawn = np.array(draws)[~np.isnan(draws)]
    low, high = percentile_ends(drawn, n_units)
    middle = float(drawn.mean())
    excess = max(middle - value, 0.0)
    lower = value - 2 * excess - max(high - middle, middle - low, 0.0)
    upper = value + max(high - middle, 0.0)
    return Interval(value, max(lower, 0.0), min(upper, 1.0), n=n)


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
