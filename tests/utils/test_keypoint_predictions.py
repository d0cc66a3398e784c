from typing import Any

import numpy as np
import pytest

from al_core.exceptions import InvalidInputError
from al_core.utils import KeypointInstancePrediction, KeypointPrediction

JSON = '[{"category_id": 3, "keypoints": [423, 432, 0.4, 231, 655, 0.3], "score": -1.9}]'


def test_confidences_are_every_third_number() -> None:
    keypoints = [334, 534, 0.8, 456, 432, 0.1]
    assert KeypointInstancePrediction(keypoints, 3).get_confidences() == [0.8, 0.1]
    as_array: Any = np.array(keypoints)
    assert KeypointInstancePrediction(as_array, 3).get_confidences() == [0.8, 0.1]


@pytest.mark.parametrize(
    ("keypoints", "message"),
    [
        ([456.0, 32.0, 0.3, 1], "multiple of 3 numbers, not 4"),
        ([456.0, 32.0, -0.1], "confidence lies in 0 to 1, not -0.1"),
        ([456.0, 32.0, 1.5], "confidence lies in 0 to 1, not 1.5"),
        ([456.0, 32.0, float("nan")], "confidence lies in 0 to 1, not nan"),
    ],
)
def test_malformed_keypoints_are_explained(keypoints: list[float], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        KeypointInstancePrediction(keypoints)


def test_points_in_rows_are_explained() -> None:
    rows: Any = [[334, 534, 0.8], [456, 432, 0.1]]
    both: tuple[Any, Any] = (rows, np.array(rows))
    for points in both:
        with pytest.raises(InvalidInputError, match=r"of points of shape \(K, 3\) give numpy.ravel\(points\)"):
            KeypointInstancePrediction(points)
    flat: Any = np.ravel(rows)
    assert KeypointInstancePrediction(flat).keypoints == [334, 534, 0.8, 456, 432, 0.1]


def test_objects_of_other_types_are_explained() -> None:
    wrong: Any = [KeypointInstancePrediction([1, 2, 0.5]), np.ones((17, 3))]
    with pytest.raises(InvalidInputError, match="and object 1 is ndarray; from_dicts, from_ultralytics"):
        KeypointPrediction(wrong)


def test_an_image_is_read_from_json() -> None:
    expected = KeypointInstancePrediction([423, 432, 0.4, 231, 655, 0.3], 3, -1.9)
    assert KeypointPrediction.from_json_string(JSON) == KeypointPrediction([expected])


def test_a_missing_key_is_named() -> None:
    with pytest.raises(InvalidInputError, match="has no category_id, score; it has keypoints"):
        KeypointPrediction.from_dicts([{"keypoints": []}])


def test_truncated_json_is_explained() -> None:
    with pytest.raises(InvalidInputError, match="keypoint predictions are a JSON list"):
        KeypointPrediction.from_json_string(JSON[:20])
