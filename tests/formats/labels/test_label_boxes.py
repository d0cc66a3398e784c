from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, read_labels

HEADER = "image_id,class_name,x_min,y_min,x_max,y_max\n"


def read(tmp_path: Path, rows: str) -> Labels:
    path = tmp_path / "train.csv"
    path.write_text(HEADER + rows)
    return read_labels(path)


def test_a_row_with_a_class_and_no_box_says_that_the_image_was_looked_at(tmp_path: Path) -> None:
    labels = read(tmp_path, "a,cat,0.1,0.2,0.5,0.6\nb,No finding,,,,\nc,,,,,\n")
    assert (labels.filenames, labels.open_filenames) == (["a", "b"], ["c"])
    assert (labels.boxes["row"].tolist(), labels.class_names) == ([0], ["cat"])
    assert "class-without-box" in [finding.what for finding in labels.findings]


def test_a_table_without_any_box_says_that_nothing_was_found_or_is_one_of_whole_images(tmp_path: Path) -> None:
    assert read(tmp_path, "a,No finding,,,,\nb,No finding,,,,\n").filenames == ["a", "b"]
    with pytest.raises(FileFormatError, match=r"columns for a box, all of them empty, and the classes cat, dog; take"):
        read(tmp_path, "a,cat,,,,\nb,dog,,,,\n")


def test_half_a_box_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"train\.csv, row 0 counting from 0: expected four numbers as a box"):
        read(tmp_path, "a,cat,0.1,0.2,,\n")


def test_the_boxes_of_an_image_need_not_be_in_rows_one_below_the_other(tmp_path: Path) -> None:
    labels = read(tmp_path, "b,cat,0,0,0.5,0.5\na,dog,0,0,0.5,0.5\nb,dog,0,0,0.25,0.5\n")
    assert labels.filenames == ["b", "a"]
    assert [(row, instance, x1) for row, instance, _, _, _, x1, _ in labels.boxes.tolist()] == [
        (0, 0, 0.5),
        (0, 1, 0.25),
        (1, 0, 0.5),
    ]


def test_the_first_row_whose_box_is_no_number_is_named_whichever_column_it_is_in(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"row 1 counting from 0: .* found '0, 0, 5, x'"):
        read(tmp_path, "a,cat,0,0,5,5\nb,cat,0,0,5,x\nc,cat,y,0,5,5\n")
