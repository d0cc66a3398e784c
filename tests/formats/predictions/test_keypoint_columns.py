from pathlib import Path

from al_core.formats import read_predictions
from al_core.formats.predictions.keypoint_columns import keypoint_columns
from al_core.formats.tables.meaning import Meaning
from tests.formats.predictions.tools.objects import keypoints

BOX = "image,label,score,xmin,ymin,xmax,ymax"


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "p.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_three_columns_for_each_keypoint_are_read_with_their_names(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"{BOX},nose_x,nose_y,nose_conf,tail.x,tail.y,tail.likelihood",
        "a.png,dog,0.75,0,0,90,80,10,20,0.5,30,40,0.25",
        "b.png,dog,0.5,0,0,90,80,50,60,1,,,",
        "c.png,,,,,,,,,,,,",
    )
    predictions = read_predictions(path)
    assert predictions.task == "keypoint-detection"
    assert predictions.filenames == ["a.png", "b.png", "c.png"]
    assert predictions.keypoint_names == [["nose", "tail"]]
    # In pixels, as the file has them.
    assert keypoints(predictions, 0) == [("dog", 0.75, [10, 20, 0.5, 30, 40, 0.25])]
    assert keypoints(predictions, 1) == [("dog", 0.5, [50, 60, 1, 0, 0, 0])]
    assert keypoints(predictions, 2) == []
    assert [column.meaning for column in predictions.columns][-6:] == [Meaning.KEYPOINT] * 6


def test_a_list_of_keypoints_with_confidences_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, f"{BOX},keypoints", 'a.png,dog,0.75,0,0,90,80,"[[10, 20, 0.5], [30, 40, 0.25]]"')
    assert keypoints(read_predictions(path), 0) == [("dog", 0.75, [10, 20, 0.5, 30, 40, 0.25])]


def test_keypoints_without_confidences_leave_the_boxes(tmp_path: Path) -> None:
    path = written(tmp_path, f"{BOX},keypoints", 'a.png,dog,0.75,0,0,90,80,"[10, 20, 2, 30, 40, 2]"')
    predictions = read_predictions(path)
    assert predictions.task == "object-detection"
    assert "not read: 'keypoints'" in predictions.findings[0].sentence()
    path = written(tmp_path, f"{BOX},nose_x,nose_y", "a.png,dog,0.75,0,0,90,80,10,20")
    assert read_predictions(path).task == "object-detection"


def test_the_middle_of_a_box_is_no_keypoint() -> None:
    assert not keypoint_columns(["center_x", "center_y", "width", "score"])
