import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.keypoints import keypoint_instance

OBJECT = {"category_id": 1, "score": 0.5, "keypoints": [10, 20, 0.25, 30, 40, 1]}


def test_the_third_number_of_a_point_is_its_confidence() -> None:
    instance = keypoint_instance("p.json", OBJECT)
    assert (instance.keypoints, instance.category_id, instance.score) == ([10, 20, 0.25, 30, 40, 1], 1, 0.5)


def test_keypoint_scores_replace_the_flags_of_visibility() -> None:
    instance = keypoint_instance("p.json", OBJECT | {"keypoints": [1, 2, 2, 3, 4, 0], "keypoint_scores": [0.5, 0.25]})
    assert instance.keypoints == [1, 2, 0.5, 3, 4, 0.25]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"keypoints": None}, "has no list 'keypoints'"),
        ({"keypoint_scores": [1]}, "expected 2 'keypoint_scores', one per keypoint"),
        ({"category_id": "cat"}, "expected a category_id and a score"),
        ({"score": True}, "expected a category_id and a score"),
        ({"keypoints": [1, 2, 2]}, "visibility flags and logits are not confidences"),
    ],
)
def test_what_is_not_a_set_of_keypoints_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        keypoint_instance("p.json", OBJECT | changes)
