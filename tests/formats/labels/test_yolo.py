from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, ReadingChoices, read_labels
from al_core.formats.choices import Unannotated


def write(tmp_path: Path, **files: str) -> Path:
    for name, content in files.items():
        path = tmp_path / "yolo" / name.replace("__", "/").replace("_txt", ".txt").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "yolo"


def read(tmp_path: Path, **files: str) -> Labels:
    return read_labels(write(tmp_path, **files))


def test_a_box_is_given_by_its_center(tmp_path: Path) -> None:
    labels = read(tmp_path, labels__day__a_txt="1 0.5 0.5 0.2 0.4\n", classes_txt="owl\ncat\n")
    assert labels.filenames == ["day/a.txt"]
    np.testing.assert_allclose(labels.boxes[["x0", "y0", "x1", "y1"]].tolist(), [(0.4, 0.3, 0.6, 0.7)], atol=1e-6)
    assert (labels.class_names, labels.boxes["label"].tolist()) == (["owl", "cat"], [1])


def test_without_names_classes_go_by_their_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, a_txt="7 0.5 0.5 1 1\n2 0.5 0.5 1 1").class_names == ["2", "7"]


def test_longer_lines_are_polygons_or_keypoints(tmp_path: Path) -> None:
    labels = read(tmp_path, a_txt="0 0 0 0.5 0 0.5 0.5 0 0.5\n")
    assert labels.tasks == ("object-detection", "semantic-segmentation")
    label_map = labels.annotation(0).label_map
    assert label_map is not None
    assert np.mean(label_map == 0) == 0.25
    points = read(tmp_path, a_txt="0 0.5 0.5 1 1 0.1 0.2 2 0 0 0 0.3 0.4 1\n").keypoints
    assert points[["number", "visibility"]].tolist() == [(0, 2), (2, 1)]


def test_data_yaml_says_how_many_numbers_a_keypoint_has(tmp_path: Path) -> None:
    line = "0 0.5 0.5 1 1 0.1 0.2 0.3 0.4\n"
    labels = read(tmp_path, labels__a_txt=line, data_yaml="names: [owl]\nkpt_shape: [2, 2]\n")
    np.testing.assert_allclose(labels.keypoints["x"], [0.1, 0.3])
    assert len(read(tmp_path, labels__a_txt=line, data_yaml="names: [owl]\n").masks) == 1


def test_a_list_of_images_names_them_and_those_without_file(tmp_path: Path) -> None:
    listed = "data/obj_train_data/a.jpg\ndata/obj_train_data/b.jpg\n"
    folder = write(tmp_path, obj_train_data__a_txt="0 0.5 0.5 1 1\n", train_txt=listed)
    labels = read_labels(folder)
    assert (labels.filenames, labels.open_filenames) == (["a.jpg"], ["b.jpg"])
    assert read_labels(folder, ReadingChoices(unannotated=Unannotated.DONE)).filenames == ["a.jpg", "b.jpg"]


def test_images_beside_the_labels_give_names_and_sizes(tmp_path: Path) -> None:
    folder = write(tmp_path, labels__a_txt="0 0 0 1 0 1 1 0 1\n", labels__b_txt="")
    (folder / "images").mkdir()
    for name in ("a.png", "b.png", "c.png"):
        Image.new("L", (40, 20)).save(folder / "images" / name)
    labels = read_labels(folder)
    assert (labels.filenames, labels.sizes.tolist()) == (["a.png"], [[40, 20]])
    assert labels.open_filenames == ["b.png", "c.png"]
    assert labels.masks[["height", "width"]].tolist() == [(20, 40)]


def test_boxes_in_pixels_are_refused_and_not_taken_for_images_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"no object has an area inside its image, .* on 'a\.txt'; check whether"):
        read_labels(write(tmp_path, a_txt="0 32 24 10 10\n"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 0.5 0.5 1 1 0.9", "has a confidence: this is what a model predicted"),
        ("0 0.5", "expected class, x, y, width and height, found 2 numbers"),
        ("cat 0.5 0.5 1 1", "expected a class and numbers, found 'cat 0.5"),
        ("-1 0.5 0.5 1 1", "the class is a whole number from 0"),
        ("5 0.5 0.5 1 1", "class 5, but the file names 1 class, from 0 on; name"),
        ("0 0.5 0.5 1 1 0 0 7", "are neither a box, a polygon nor keypoints"),
        ("0 0.5 0.5 nan 1", "is not a number"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read(tmp_path, labels__a_txt=line, classes_txt="owl\n")


@pytest.mark.parametrize(
    "lines",
    [
        "0 0.5 0.5 0.2 0.2 0.75 3\n",
        "0 0.5 0.5 0.2 0.2 0.45 0.45 0.9 0.5 0.5 0.8 0.55 0.55 0.7 0.83\n" * 3,
    ],
    ids=["track", "pose"],
)
def test_what_a_model_has_predicted_is_no_polygon(tmp_path: Path, lines: str) -> None:
    with pytest.raises(FileFormatError, match=r"this is what a model predicted .* add it as predictions"):
        read(tmp_path, a_txt=lines)


def test_one_text_file_is_read_by_itself(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1 0.5 0.5 0.2 0.4\n")
    labels = read_labels(tmp_path / "a.txt")
    assert (labels.filenames, labels.class_names, len(labels.boxes)) == (["a.txt"], ["1"], 1)


def test_texts_of_another_tool_are_not_taken_for_damaged_labels(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "default.txt").write_text('"a/kitchen 01".jpg 3\n')
    (tmp_path / "data" / "synsets.txt").write_text("zebra\n")
    with pytest.raises(
        FileFormatError, match=r"data is a folder of 2 files such as 'default\.txt': of no known format"
    ):
        read_labels(tmp_path / "data")
