import numpy as np

from al_core.formats.predictions.stored_tables import KEYPOINT
from al_core.steps.tasks import PredictionAttributes
from al_core.steps.tasks.keypoints import KeypointDetection
from al_core.steps.tasks.task import Keypoint

TASK = KeypointDetection()
ATTRIBUTES = PredictionAttributes("keypoint-detection", ("person",), category_ids=(7,))


def test_points_in_pixels_become_shares_of_the_image() -> None:
    points = np.array([(0, 0, 7, 0.75, 10, 5, 0.5), (0, 0, 7, 0.75, 30, 10, 0)], KEYPOINT)
    annotations = TASK.annotations("model", points, ATTRIBUTES)
    # The second has no confidence: it is not there.
    assert TASK.describe(annotations, 0, lambda: (40, 20)).keypoints == (Keypoint(0.25, 0.25, "person", 0.5),)
    assert TASK.describe(annotations, 0, lambda: None).keypoints == ()


def test_relative_points_need_no_image() -> None:
    points = np.array([(0, 0, 3, 0.75, 0.5, 0.25, 1)], KEYPOINT)
    annotations = TASK.annotations("model", points, ATTRIBUTES)
    assert TASK.describe(annotations, 0, lambda: None).keypoints == (Keypoint(0.5, 0.25, "class_3", 1),)
