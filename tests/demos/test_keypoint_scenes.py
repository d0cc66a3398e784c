import numpy as np

from al_core.demos.composed_scenes import DIGIT, ENLARGED, SIDE
from al_core.demos.keypoint_scenes import ENDS, KeypointScenes, stroke_ends
from al_core.demos.recording import read_recording


def test_the_ends_of_a_stroke_are_its_outermost_pixels() -> None:
    digit = np.zeros((1, DIGIT, DIGIT), np.float32)
    # A cross: a column from row 1 to row 6, and a row from column 2 to column 5.
    digit[0, 1:7, 3] = 1
    digit[0, 4, 2:6] = 1
    up, down, left, right = stroke_ends(digit)[0].tolist()
    assert (up, down) == (1 * DIGIT + 3, 6 * DIGIT + 3)
    assert (left, right) == (4 * DIGIT + 2, 4 * DIGIT + 5)


def test_most_keypoints_of_a_digit_lie_on_its_image() -> None:
    demo = KeypointScenes()
    predictions = demo.predict(read_recording(demo.name)[-1].weights)
    instances = [each for output in predictions.outputs for each in output.keypoint_instance_predictions]
    points = np.array([each.keypoints for each in instances]).reshape(-1, len(ENDS), 3)
    assert len(points) > 300
    assert ((points[..., :2] >= 0) & (points[..., :2] <= SIDE * ENLARGED)).all()
    # Up lies above down, and left is left of right.
    up, down, left, right = np.moveaxis(points, 1, 0)
    assert (up[:, 1] < down[:, 1]).mean() > 0.9
    assert (left[:, 0] < right[:, 0]).mean() > 0.9
