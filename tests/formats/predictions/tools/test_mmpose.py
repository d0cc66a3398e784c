from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import keypoints, saved

PERSON = {
    "keypoints": [[10, 20], [30, 40]],
    "keypoint_scores": [0.5, 1.004],
    "bbox": [[0, 0, 50, 50]],
    "bbox_score": 0.75,
}


def test_instances_have_their_confidences_beside_their_points(tmp_path: Path) -> None:
    saved(tmp_path / "run" / "a.json", [PERSON])
    saved(tmp_path / "run" / "b.json", [])
    predictions = read_predictions(tmp_path / "run")
    assert predictions.filenames == ["a.json", "b.json"]
    assert predictions.task == "keypoint-detection"
    # A heatmap's 1.004 is 1.
    assert keypoints(predictions, 0) == [("class_0", 0.75, [10, 20, 0.5, 30, 40, 1])]
    assert "confidences-clipped" in [finding.what for finding in predictions.findings]


def test_what_the_inferencer_returns_for_a_batch_is_read_in_order(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.json", [[PERSON], [PERSON, PERSON]])
    assert [len(output.keypoint_instance_predictions) for output in read_predictions(path).outputs] == [1, 2]


def test_confidences_that_are_far_outside_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.json", {"a.jpg": [{**PERSON, "keypoint_scores": [0.5, 4.1]}]})
    with pytest.raises(FileFormatError, match=r"a keypoint has confidence 4\.1; confidences lie in 0 to 1"):
        read_predictions(path)


def test_what_the_demo_saves_has_its_instances_beside_the_meta_information(tmp_path: Path) -> None:
    frames = [{"frame_id": 1, "instances": [PERSON]}, {"frame_id": 2, "instances": []}]
    path = saved(tmp_path / "p.json", {"meta_info": {"dataset_name": "coco"}, "instance_info": frames})
    assert [len(output.keypoint_instance_predictions) for output in read_predictions(path).outputs] == [1, 0]


def test_lists_of_all_objects_of_an_image_are_read(tmp_path: Path) -> None:
    record = {
        "filename": "a.png",
        "boxes": [[0, 0, 9, 9]],
        "scores": [0.75],
        "keypoints": [[[1, 2], [3, 4]]],
        "keypoint_scores": [[0.5, 0.25]],
    }
    predictions = read_predictions(saved(tmp_path / "p.json", [record]))
    assert predictions.filenames == ["a.png"]
    assert keypoints(predictions, 0) == [("class_0", 0.75, [1, 2, 0.5, 3, 4, 0.25])]
    path = saved(tmp_path / "q.json", [{**record, "scores": []}])
    with pytest.raises(FileFormatError, match="record 0 counting from 0: expected 1 'scores', one per object"):
        read_predictions(path)
