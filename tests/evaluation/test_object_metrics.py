import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from al_core.evaluation.object_matches import ImageObjects
from al_core.evaluation.object_metrics import mean_average_precision, oks
from al_core.exceptions import InvalidInputError


def images(n_images: int, seed: int) -> tuple[list[ImageObjects], list[ImageObjects]]:
    """Return labels, and predictions that miss some objects, misplace some and invent some."""
    rng = np.random.default_rng(seed)
    labels = []
    predictions = []
    for _ in range(n_images):
        n = int(rng.integers(0, 6))
        corners = rng.uniform(0, 80, (n, 2))
        boxes = np.hstack([corners, corners + rng.uniform(5, 20, (n, 2))])
        classes = rng.integers(0, 3, n)
        labels.append(ImageObjects(boxes, classes))
        kept = rng.random(n) < 0.8
        moved = boxes[kept] + rng.normal(0, 1, (kept.sum(), 4))
        invented = np.array([[1.0, 1.0, 9.0, 9.0]])
        scores = np.round(np.append(rng.random(kept.sum()), 0.3), 2)
        predictions.append(ImageObjects(np.vstack([moved, invented]), np.append(classes[kept], 0), scores))
    return labels, predictions


def coco_map(labels: list[ImageObjects], predictions: list[ImageObjects]) -> float:
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {"images": [], "categories": [{"id": c} for c in range(3)], "annotations": []}
        results = []
        for number, (labeled, predicted) in enumerate(zip(labels, predictions, strict=True)):
            truth.dataset["images"].append({"id": number})
            for (x0, y0, x1, y1), c in zip(labeled.boxes, labeled.classes, strict=True):
                truth.dataset["annotations"].append(
                    {
                        "id": len(truth.dataset["annotations"]) + 1,
                        "image_id": number,
                        "category_id": int(c),
                        "bbox": [x0, y0, x1 - x0, y1 - y0],
                        "area": (x1 - x0) * (y1 - y0),
                        "iscrowd": 0,
                    }
                )
            assert predicted.scores is not None
            results += [
                [number, x0, y0, x1 - x0, y1 - y0, score, int(c)]
                for (x0, y0, x1, y1), c, score in zip(predicted.boxes, predicted.classes, predicted.scores, strict=True)
            ]
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(np.array(results)), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0])


def test_the_value_is_that_of_pycocotools() -> None:
    labels, predictions = images(40, seed=0)
    result = mean_average_precision(labels, predictions, 3)
    assert result.speaks
    assert result.value == pytest.approx(coco_map(labels, predictions), abs=1e-9)
    assert result.low < result.value < result.high
    assert result.n == 40


def test_perfect_predictions_score_one_and_none_score_zero() -> None:
    labels, _ = images(30, seed=1)
    perfect = [ImageObjects(image.boxes, image.classes, np.ones(len(image.classes))) for image in labels]
    nothing = [ImageObjects(np.empty((0, 4)), np.empty(0, np.int64), np.empty(0)) for _ in labels]
    best = mean_average_precision(labels, perfect, 3)
    worst = mean_average_precision(labels, nothing, 3)
    assert best.speaks
    assert worst.speaks
    assert best.value == pytest.approx(1)
    assert worst.value == 0


def test_more_images_narrow_the_interval() -> None:
    few = mean_average_precision(*images(30, seed=2), 3)
    many = mean_average_precision(*images(200, seed=2), 3)
    assert few.speaks
    assert many.speaks
    assert many.high - many.low < 0.6 * (few.high - few.low)


def test_fewer_than_thirty_images_or_no_objects_are_refused() -> None:
    assert mean_average_precision(*images(29, seed=0), 3).text() == "29 test images; 30 are needed"
    nothing = [ImageObjects(np.empty((0, 4)), np.empty(0, np.int64), np.empty(0))] * 30
    assert not mean_average_precision(nothing, nothing, 3).speaks


def test_keypoints_are_matched_by_their_similarity() -> None:
    points = np.array([[[10.0, 10.0, 2.0], [20.0, 10.0, 2.0]]])
    labels = [ImageObjects(np.array([[5.0, 5.0, 25.0, 15.0]]), np.zeros(1, np.int64), keypoints=points)] * 30
    shifted = points + np.array([4.0, 0.0, 0.0])
    predictions = [ImageObjects(labels[0].boxes, labels[0].classes, np.ones(1), shifted)] * 30
    similarity = oks(points[0], shifted[0], 200, [0.2, 0.2])
    assert similarity == pytest.approx(np.exp(-16 / (2 * 200 * 0.16)))
    result = mean_average_precision(labels, predictions, 1, sigmas=[0.2, 0.2])
    assert result.speaks
    # 0.78 passes the thresholds 0.50 to 0.75.
    assert result.value == pytest.approx(0.6)


def test_without_labeled_keypoints_there_is_no_similarity() -> None:
    assert np.isnan(oks(np.zeros((2, 3)), np.zeros((2, 3)), 1, [0.1, 0.1]))


def test_predictions_need_scores_and_the_same_images() -> None:
    labels, predictions = images(30, seed=0)
    with pytest.raises(InvalidInputError, match="have no scores"):
        mean_average_precision(labels, labels, 3)
    with pytest.raises(InvalidInputError, match="30 labeled images and 29 predicted ones"):
        mean_average_precision(labels, predictions[1:], 3)
