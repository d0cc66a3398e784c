from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import join_report, read_predictions
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.yolo_folder import read_yolo_folder


def found(predictions: Predictions, image: int) -> list[tuple[list[float], float, int]]:
    output = predictions.outputs[image]
    return [
        ([round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1)], round(float(score), 4), int(label))
        for box, score, label in zip(output.boxes, output.scores, output.labels, strict=True)
    ]


def read_boxes(path: Path) -> Predictions:
    predictions = read_yolo_folder(path)
    assert isinstance(predictions, Predictions)
    return predictions


def yolo(tmp_path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = tmp_path / "run" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "run"


@pytest.mark.parametrize(
    "names",
    [
        {"classes.txt": "cat\ndog\n"},
        {"data.yaml": "nc: 2\nnames: ['cat', 'dog']\n"},
        {"data.yaml": "path: x\nnames:\n  0: cat\n  1: dog\n"},
        {"data.yaml": "names:\n- cat\n- dog\n"},
    ],
)
def test_yolo_text_is_matched_by_stem_and_named_by_its_class_file(tmp_path: Path, names: dict[str, str]) -> None:
    folder = yolo(tmp_path, {"labels/train/a.rf.1.txt": "1 0.5 0.5 0.5 0.25 0.75\n", "labels/b.txt": "", **names})
    predictions = read_predictions(folder)
    assert predictions.class_names == ["cat", "dog"]
    report = join_report(["images/train/a.rf.1.jpg", "b.jpg"], predictions)
    assert report.matched == 2
    assert "2 rows were matched by stem, not by the whole name." in report.sentences()
    row = report.rows.tolist().index(0)
    assert found(predictions, row) == [([0.25, 0.375, 0.75, 0.625], 0.75, 1)]


def test_both_boxes_of_a_yolo_folder_with_a_block_list_are_read(tmp_path: Path) -> None:
    lines = "0 0.5 0.5 0.5 0.5 0.75\n1 0.5 0.5 1 1 0.5\n"
    predictions = read_boxes(yolo(tmp_path, {"a.txt": lines, "data.yaml": "names:\n- cat\n- dog\n"}))
    assert found(predictions, 0) == [([0.25, 0.25, 0.75, 0.75], 0.75, 0), ([0, 0, 1, 1], 0.5, 1)]


@pytest.mark.parametrize(
    "names",
    [{"data.yaml": "nc: 2\n"}, {"data.yaml": "names: []\n"}, {"data.yaml": "\n"}, {"classes.txt": "\n"}],
    ids=str,
)
def test_boxes_of_a_yolo_folder_without_names_keep_their_numbers(tmp_path: Path, names: dict[str, str]) -> None:
    predictions = read_boxes(yolo(tmp_path, {"a.txt": "3 0.5 0.5 1 1 0.5\n", **names}))
    assert predictions.class_names == ["class_3"]
    assert found(predictions, 0) == [([0, 0, 1, 1], 0.5, 0)]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"data.yaml": "names: {0: cat, 2: dog}\n"}, r"run/data\.yaml: names has no class 1"),
        ({"data.yaml": "names: ["}, r"run/data\.yaml, line 1: not YAML"),
        ({"data.yaml": "#" * (2**20 + 1)}, r"run/data\.yaml has 1,048,577 bytes; at most 1,048,576"),
        ({"classes.txt": "cat\n\ndog\n"}, r"run/classes\.txt names no classes, or leaves one empty"),
    ],
    ids=str,
)
def test_class_names_of_a_yolo_folder_that_are_not_clear_are_refused(
    tmp_path: Path, names: dict[str, str], message: str
) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_yolo_folder(yolo(tmp_path, {"a.txt": "0 0.5 0.5 1 1 0.5\n", **names}))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 0.5 0.5 0.5 0.5", r"a\.txt, line 2 has no confidence; predict with save_txt=True and save_conf=True"),
        ("0 0.5 0.5", r"a\.txt, line 2: expected class, x, y, width, height, confidence, found 3 numbers"),
        (
            "0 0.5 0.5 x 0.5 0.5",
            r"a\.txt, line 2: expected numbers, the class first and the confidence last, found '0 0.5 0.5 x 0.5 0.5'",
        ),
        ("0.5 0.5 0.5 0.5 0.5 0.5", r"a\.txt, line 2: the class is a whole number from 0, found '0.5'"),
    ],
)
def test_a_bad_yolo_line_is_refused_with_its_number(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_predictions(yolo(tmp_path, {"a.txt": f"0 0.5 0.5 0.5 0.5 0.5\n{line}\n"}))


def test_images_beside_the_labels_or_in_their_list_without_a_text_file_have_no_objects(tmp_path: Path) -> None:
    files = {
        "labels/a.txt": "0 0.5 0.5 1 1 0.5\n",
        "a.jpg": "",
        "empty.jpg": "",
        "val.txt": "images/a.jpg\nimages/none.jpg\n",
        "train.txt": "images/not_predicted.jpg\n",
        "other/not_predicted.jpg": "",
    }
    predictions = read_predictions(yolo(tmp_path, files))
    assert predictions.filenames is not None
    assert dict(zip(predictions.filenames, predictions.outputs.n_boxes.tolist(), strict=True)) == {
        "a.txt": 1,
        "empty.jpg": 0,
        "images/none.jpg": 0,
    }


def test_a_single_text_file_is_a_folder_of_one(tmp_path: Path) -> None:
    path = yolo(tmp_path, {"a.txt": "1 0.5 0.5 1 1 0.5\n", "b.txt": "2 0.5 0.5 1 1 0.5\n"}) / "a.txt"
    predictions = read_predictions(path)
    assert (predictions.filenames, predictions.class_names) == (["a.txt"], ["class_1"])


def test_poses_are_keypoints_and_lists_of_classes_are_probabilities(tmp_path: Path) -> None:
    poses = read_predictions(
        yolo(tmp_path / "pose", {"a.txt": "0 0.5 0.5 0.25 0.25 0.5 0.5 0.75 0.5\n", "data.yaml": "kpt_shape: [1, 3]\n"})
    )
    assert poses.task == "keypoint-detection"
    assert poses.outputs[0].keypoint_instance_predictions[0].get_confidences() == [0.75]
    classes = read_predictions(yolo(tmp_path / "classify", {"labels/a.txt": "0.75 cat\n0.25 dog\n"}))
    assert (classes.task, classes.outputs.tolist()) == ("classification", [[0.75, 0.25]])


def test_text_files_without_any_object_are_no_predictions(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).touch()
    with pytest.raises(FileFormatError, match=r"none of its 2 text files has an object; .* add it as labels"):
        read_predictions(tmp_path)


def test_endings_may_be_capital_letters_and_files_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a.TXT").write_bytes(b"\xef\xbb\xbf0 0.5 0.5 0.2 0.2 0.9\r\n")
    (tmp_path / "b.TXT").write_bytes(b"\xef\xbb\xbf1 0.5 0.5 0.2 0.2 0.4\r\n")
    predictions = read_predictions(tmp_path)
    assert (predictions.filenames, predictions.outputs.n_boxes.tolist()) == (["a.TXT", "b.TXT"], [1, 1])
