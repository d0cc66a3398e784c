import contextlib
import io
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from al_core.evaluation.object_matches import ImageObjects, match_objects
from al_core.exceptions import InvalidInputError

BOX = [0.0, 0.0, 10.0, 10.0]
ELSEWHERE = [50.0, 50.0, 60.0, 60.0]


def labeled(*boxes: list[float]) -> ImageObjects:
    return ImageObjects(np.array(boxes).reshape(-1, 4), np.zeros(len(boxes), np.int64))


def predicted(boxes: list[list[float]], scores: list[float]) -> ImageObjects:
    return ImageObjects(np.array(boxes), np.zeros(len(boxes), np.int64), np.array(scores))


def test_predictions_of_all_images_stand_in_the_order_of_their_scores() -> None:
    labels = [labeled(BOX), labeled(BOX)]
    predictions = [predicted([BOX, ELSEWHERE], [0.9, 0.5]), predicted([BOX], [0.7])]
    (matches,) = match_objects(labels, predictions, 1, None)
    assert matches.image.tolist() == [0, 1, 0]
    assert matches.is_right[0].tolist() == [True, True, False]
    assert matches.n_objects.tolist() == [1, 1]
    assert matches.counts.all()


def test_an_overlap_counts_up_to_the_threshold_it_reaches() -> None:
    # Overlap 8 / 10: right at 0.5, 0.55, ... 0.8, wrong from 0.85 on.
    (matches,) = match_objects([labeled(BOX)], [predicted([[0.0, 0.0, 10.0, 8.0]], [0.9])], 1, None)
    assert matches.is_right[:, 0].tolist() == [True] * 7 + [False] * 3


def test_images_that_were_drawn_more_often_weigh_more() -> None:
    # The surest prediction is wrong and of the second image: without it, precision is 1; with both, 1/2 at the end.
    labels = [labeled(BOX), labeled(BOX)]
    predictions = [predicted([BOX], [0.6]), predicted([ELSEWHERE], [0.9])]
    (matches,) = match_objects(labels, predictions, 1, None)
    precisions = matches.average_precision(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    # Of both, half of the objects are found, at a precision of 1/2: 51 of 101 recalls.
    assert precisions == pytest.approx([1, 0, 0.5 * 51 / 101])


@pytest.mark.parametrize("n_objects", [1, 3, 7, 10, 20, 25])
def test_the_mean_over_recalls_is_that_of_pycocotools(n_objects: int) -> None:
    # Class k has objects on the first images, and k of them are found. 7 of 10 are a recall of 0.7, which pycocotools
    # compares with 0.7000000000000001: its recalls are those of `np.linspace`.
    n_classes = n_objects + 1
    everywhere = np.tile(BOX, (n_classes, 1))
    all_classes = np.arange(n_classes)
    labels = [ImageObjects(everywhere, all_classes) for _ in range(n_objects)]
    predictions = [
        ImageObjects(everywhere[image + 1 :], all_classes[image + 1 :], np.full(n_objects - image, 0.9))
        for image in range(n_objects)
    ]
    matches = match_objects(labels, predictions, n_classes, None)
    ours = [float(each.average_precision(np.ones((1, n_objects)))[0]) for each in matches]
    assert ours == pytest.approx(precisions_of_pycocotools(labels, predictions, n_classes), abs=1e-12)


def precisions_of_pycocotools(
    labels: list[ImageObjects], predictions: list[ImageObjects], n_classes: int
) -> list[float]:
    """The average precision of each class, all of it by pycocotools."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth, predicted = COCO(), COCO()
        for coco, images in ((truth, labels), (predicted, predictions)):
            coco.dataset = {
                "images": [{"id": image} for image in range(len(images))],
                "categories": [{"id": number} for number in range(n_classes)],
                "annotations": annotations(images),
            }
            coco.createIndex()
        evaluation = COCOeval(truth, predicted, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
    # Thresholds, recalls, classes, sizes (all of them first), and how many predictions of an image count.
    return [float(value) for value in evaluation.eval["precision"][:, :, :, 0, -1].mean(axis=(0, 1))]


def annotations(images: list[ImageObjects]) -> list[dict[str, Any]]:
    boxes = [
        {"image_id": image, "category_id": int(number), "bbox": [0, 0, 10, 10], "area": 100, "iscrowd": 0, "score": 0.9}
        for image, objects in enumerate(images)
        for number in objects.classes
    ]
    return [{"id": place, **box} for place, box in enumerate(boxes, 1)]


def test_predictions_without_scores_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="the predictions of image 0 have no scores"):
        match_objects([labeled(BOX)], [labeled(BOX)], 1, None)
