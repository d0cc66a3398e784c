from types import SimpleNamespace

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.utils import KeypointPrediction, ObjectDetectionOutput
from al_core.utils.library_objects import as_array, library_objects
from tests.utils.library_results import Tensor, ultralytics_boxes, ultralytics_result

PIXELS = np.array([[20, 10, 100, 50], [0, 0, 200, 100]], np.float32)
RELATIVE = np.array([[0.1, 0.1, 0.5, 0.5], [0, 0, 1, 1]], np.float32)
SIZE = (200, 100)


def check(output: ObjectDetectionOutput) -> None:
    np.testing.assert_allclose(output.corners, RELATIVE, rtol=1e-6)
    assert output.scores.tolist() == [0.75, 0.5]
    assert output.labels.tolist() == [1, 0]


def test_detections_of_supervision_have_their_boxes_in_pixels() -> None:
    detections = SimpleNamespace(xyxy=PIXELS, confidence=np.array([0.75, 0.5], np.float32), class_id=np.array([1, 0]))
    check(ObjectDetectionOutput.from_supervision(detections, SIZE))


def test_detections_of_supervision_without_a_class_are_of_one_class() -> None:
    detections = SimpleNamespace(xyxy=PIXELS, confidence=np.array([0.75, 0.5]), class_id=None)
    assert ObjectDetectionOutput.from_supervision(detections, SIZE).labels.tolist() == [0, 0]
    detections.confidence = None
    with pytest.raises(InvalidInputError, match="no confidences; without them these are labels, not predictions"):
        ObjectDetectionOutput.from_supervision(detections, SIZE)


@pytest.mark.parametrize("part", ["boxes", "obb"])
def test_results_of_ultralytics_know_their_size_and_are_on_any_device(part: str) -> None:
    result = ultralytics_result(**{part: ultralytics_boxes(PIXELS, [0.75, 0.5], [1, 0])})
    check(ObjectDetectionOutput.from_ultralytics(result))


def test_results_of_ultralytics_without_objects_are_an_empty_output() -> None:
    result = ultralytics_result(boxes=ultralytics_boxes(np.empty((0, 4)), [], []))
    assert len(ObjectDetectionOutput.from_ultralytics(result).scores) == 0


def test_results_of_another_task_and_other_objects_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="has no boxes; it is of a model for another task"):
        ObjectDetectionOutput.from_ultralytics(ultralytics_result())
    with pytest.raises(InvalidInputError, match=r"expected a Results of Ultralytics, .*'boxes', not list"):
        ObjectDetectionOutput.from_ultralytics([])
    with pytest.raises(InvalidInputError, match=r"expected a Detections of supervision, .*'xyxy', not dict"):
        ObjectDetectionOutput.from_supervision({}, SIZE)
    with pytest.raises(InvalidInputError, match="has no keypoints; it is of a model for another task"):
        KeypointPrediction.from_ultralytics(ultralytics_result())


def test_a_dictionary_of_torchvision_holds_tensors() -> None:
    detections = {"boxes": Tensor(PIXELS), "scores": Tensor([0.75, 0.5]), "labels": Tensor([1, 0])}
    check(ObjectDetectionOutput.from_torchvision(detections, SIZE))
    with pytest.raises(InvalidInputError, match="the detections have no scores; they have boxes, labels"):
        ObjectDetectionOutput.from_torchvision({"boxes": [], "labels": []}, SIZE)


def test_a_pipeline_of_hugging_face_names_its_classes() -> None:
    detections = [
        {"score": 0.75, "label": "dog", "box": {"xmin": 20, "ymin": 10, "xmax": 100, "ymax": 50}},
        {"score": 0.5, "label": "cat", "box": {"xmin": 0, "ymin": 0, "xmax": 200, "ymax": 100}},
    ]
    check(ObjectDetectionOutput.from_hugging_face(detections, SIZE, ["cat", "dog"]))
    assert len(ObjectDetectionOutput.from_hugging_face([], SIZE, ["cat"]).scores) == 0
    with pytest.raises(InvalidInputError, match=r"the label 'dog' is not among the 1 class names; .*id2label\.values"):
        ObjectDetectionOutput.from_hugging_face(detections, SIZE, ["cat"])


def test_boxes_without_area_in_the_image_are_left_out_and_others_clipped() -> None:
    boxes = [[-20, 10, 100, 150], [300, 10, 320, 50], [20, 20, 20, 40]]
    objects = library_objects(boxes, [0.75, 0.5, 0.25], [0, 1, 2], SIZE)
    np.testing.assert_allclose(objects.corners, [[0, 0.1, 0.5, 1]], rtol=1e-6)
    assert objects.labels.tolist() == [0]


def test_a_confidence_that_half_precision_rounds_above_1_is_1() -> None:
    assert library_objects([[0, 0, 9, 9]], [1.00001], None, SIZE).scores.tolist() == [1]


@pytest.mark.parametrize(
    ("scores", "labels", "size", "message"),
    [
        ([0.5], [0, 1], SIZE, "not 1 and 2 for 1 boxes"),
        ([0.5, 0.5], None, SIZE, "not 2 and 2 for 1 boxes"),
        ([0.5], None, (200, 0), r"both above 0, not \(200, 0\)"),
        ([0.5], None, (100, 200, 3), r"width and height in pixels, both above 0, not \(100, 200, 3\)"),
    ],
)
def test_lengths_and_sizes_that_do_not_fit_are_refused(
    scores: list[float], labels: list[int] | None, size: tuple[int, ...], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        library_objects([[0, 0, 9, 9]], scores, labels, size)


def test_numbers_that_numpy_does_not_have_are_read_as_floats() -> None:
    half = SimpleNamespace(dtype="torch.bfloat16", float=lambda: np.array([0.5]))
    assert as_array(half).tolist() == [0.5]


def test_poses_of_ultralytics_have_keypoints_beside_their_boxes() -> None:
    keypoints = SimpleNamespace(xy=Tensor([[[10, 20], [30, 40]]]), conf=Tensor([[0.5, 1.00001]]))
    boxes = ultralytics_boxes(PIXELS[:1], [0.75], [0])
    prediction = KeypointPrediction.from_ultralytics(ultralytics_result(boxes=boxes, keypoints=keypoints))
    (person,) = prediction.keypoint_instance_predictions
    assert (person.keypoints, person.category_id, person.score) == ([10, 20, 0.5, 30, 40, 1], 0, 0.75)
    keypoints.conf = None
    with pytest.raises(InvalidInputError, match="the keypoints have no confidences, which scores are made of"):
        KeypointPrediction.from_ultralytics(ultralytics_result(boxes=boxes, keypoints=keypoints))


@pytest.mark.parametrize("name", ["confidence", "keypoint_confidence"])
def test_keypoints_of_supervision_have_a_confidence_each(name: str) -> None:
    points = SimpleNamespace(xy=np.array([[[10, 20], [30, 40]]]), class_id=None, **{name: np.array([[0.5, 0.25]])})
    (person,) = KeypointPrediction.from_supervision(points).keypoint_instance_predictions
    assert (person.keypoints, person.category_id, person.score) == ([10, 20, 0.5, 30, 40, 0.25], 0, -1)


def test_an_image_without_poses_is_an_empty_prediction() -> None:
    empty = SimpleNamespace(xy=np.empty((0, 17, 2)), class_id=None, confidence=None)
    assert KeypointPrediction.from_supervision(empty).keypoint_instance_predictions == []
    assert KeypointPrediction.from_hugging_face([]).keypoint_instance_predictions == []
