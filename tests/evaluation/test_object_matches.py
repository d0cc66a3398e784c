import numpy as np
import pytest

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


def test_predictions_without_scores_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="the predictions of image 0 have no scores"):
        match_objects([labeled(BOX)], [labeled(BOX)], 1, None)
