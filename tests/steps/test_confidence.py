from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.exceptions import InvalidInputError
from al_core.formats import Predictions, ScoreTable
from al_core.formats.predictions.predictions import DETECTION
from al_core.steps.confidence import box_confidences
from al_core.steps.exports import export_rows
from al_core.steps.predictions import read_annotations
from al_core.steps.sample_card import describe_sample
from al_core.store import INITIAL_TAG, Dataset, Kind
from al_core.utils import ObjectDetectionBatch, ObjectDetectionOutput

WHOLE = (0, 0, 1, 1)


def boxes(*scores: float) -> ObjectDetectionOutput:
    return ObjectDetectionOutput.from_scores(np.tile(WHOLE, (len(scores), 1)).astype(float), scores, [1] * len(scores))


def as_detectors_write(batch: bool = False) -> Predictions:
    """Of c.png an object beside noise, of a.png noise alone, of b.png nothing."""
    outputs: Any = [boxes(0.75, 0.01, 0.02), boxes(0.01, 0.03), boxes()]
    if batch:
        outputs = ObjectDetectionBatch(boxes(0.75, 0.01, 0.02, 0.01, 0.03), [3, 2, 0])
    return Predictions(["c.png", "a.png", "b.png"], ["cat", "dog"], outputs, DETECTION)


def store(dataset: Dataset, predictions: Predictions, threshold: float | None = None) -> None:
    report = workflow.check_predictions(dataset, predictions, confidence_threshold=threshold)
    workflow.store_predictions(dataset, predictions, report, name="model")


@pytest.mark.parametrize("batch", [True, False])
def test_a_report_counts_the_boxes_below_and_names_the_images_that_keep_none(dataset: Dataset, batch: bool) -> None:
    report = workflow.check_predictions(dataset, as_detectors_write(batch), confidence_threshold=0.05)
    assert report.usable
    assert report.sentences()[-2:] == [
        "4 of 5 boxes are below the confidence threshold of 0.05: scores, cards and exports leave them out.",
        "1 image has only boxes below 0.05 ('a.png'): doubtful is not certain, so each score takes the median of the "
        "images that keep boxes.",
    ]


def test_scores_cards_and_exports_leave_out_boxes_below_and_the_store_keeps_them(dataset: Dataset) -> None:
    store(dataset, as_detectors_write(), 0.05)
    model = dataset.models.get("model")
    assert model.confidence_threshold == 0.05
    assert model.predictions is not None
    assert len(dataset.arrays.read(model.predictions)) == 5
    score = dataset.arrays.read(dataset.arrays.get(Kind.SCORE, "objectness_least_confidence"))
    assert score[:3].tolist() == [0.25, 0, 0.25]
    assert [box.score for box in describe_sample(dataset, 2).prediction.boxes] == [0.75]
    assert describe_sample(dataset, 0).prediction.boxes == ()
    annotations = read_annotations(dataset)
    assert annotations is not None
    assert annotations.boxes is not None
    assert annotations.boxes["row"].tolist() == [2]
    exported = export_rows(dataset, dataset.tag(INITIAL_TAG)).annotations
    assert exported is not None
    assert exported.boxes is not None
    assert exported.boxes["score"].tolist() == [0.75]


def test_a_threshold_of_0_counts_every_box(dataset: Dataset) -> None:
    store(dataset, as_detectors_write(), 0)
    annotations = read_annotations(dataset)
    assert annotations is not None
    assert annotations.boxes is not None
    assert len(annotations.boxes) == 5
    assert dataset.models.get("model").confidence_threshold == 0


def test_without_a_threshold_the_default_applies(dataset: Dataset) -> None:
    assert workflow.check_predictions(dataset, as_detectors_write()).confidence_threshold == 0.25


def test_the_same_file_with_the_same_threshold_is_stored_once(dataset: Dataset) -> None:
    store(dataset, as_detectors_write())
    store(dataset, as_detectors_write())
    assert [model.name for model in dataset.models.all()] == ["model"]


def test_a_threshold_that_no_box_reaches_refuses_the_file(dataset: Dataset) -> None:
    report = workflow.check_predictions(dataset, as_detectors_write(), confidence_threshold=0.8)
    assert not report.usable
    assert (
        "no box reaches the confidence threshold of 0.8, the highest of 5 boxes is 0.75: choose a lower one."
        in report.sentences()
    )


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_a_threshold_out_of_range_is_refused(dataset: Dataset, threshold: float) -> None:
    with pytest.raises(InvalidInputError, match="a confidence threshold lies in 0 to 1, not at"):
        workflow.check_predictions(dataset, as_detectors_write(), confidence_threshold=threshold)


def test_a_threshold_where_there_are_no_boxes_is_refused(dataset: Dataset) -> None:
    classes = Predictions(["a.png"], ["cat", "dog"], np.array([[0.25, 0.75]], np.float32))
    table = ScoreTable(["a.png"], {"mine": np.array([0.5])})
    for contents in (classes, table):
        with pytest.raises(InvalidInputError, match=r"a confidence threshold of 0\.5 is for boxes"):
            workflow.check_predictions(dataset, contents, confidence_threshold=0.5)
        assert workflow.check_predictions(dataset, contents).confidence_threshold == 0


def test_confidences_are_those_of_all_boxes() -> None:
    assert (
        box_confidences(as_detectors_write()).tolist() == np.array([0.75, 0.01, 0.02, 0.01, 0.03], np.float32).tolist()
    )
    assert len(box_confidences(Predictions([], ["cat"], [], DETECTION))) == 0
