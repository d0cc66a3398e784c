import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, ReadingChoices, read_labels
from al_core.formats.choices import Unannotated


def saved(tmp_path: Path, cells: list[Any], ending: str) -> Path:
    records = [{"filename": f"{number}.jpg", "labels": cell} for number, cell in enumerate(cells)]
    path = tmp_path / f"l.{ending}"
    if ending == "parquet":
        pyarrow.parquet.write_table(pa.Table.from_pylist(records), path)
    elif ending == "csv":
        path.write_text("filename,labels\n" + "".join(f'{row["filename"]},"{row["labels"]}"\n' for row in records))
    else:
        path.write_text(json.dumps(records) if ending == "json" else "".join(f"{json.dumps(row)}\n" for row in records))
    return path


def classes(labels: Labels) -> list[tuple[str, str]]:
    return [(labels.filenames[row], labels.class_names[label]) for row, label in labels.classes.tolist()]


@pytest.mark.parametrize("ending", ["json", "jsonl", "parquet", "csv"])
def test_each_entry_of_a_list_is_a_class_of_the_image(tmp_path: Path, ending: str) -> None:
    labels = read_labels(saved(tmp_path, [["cat", "garden spider, Aranea"], ["cat"], []], ending))
    assert labels.task == "multi-label-classification"
    assert classes(labels) == [("0.jpg", "cat"), ("0.jpg", "garden spider, Aranea"), ("1.jpg", "cat")]
    assert labels.open_filenames == ["2.jpg"]
    assert [finding.what for finding in labels.findings] == ["several-classes", "unannotated"]


def test_an_empty_list_is_an_image_of_no_class_if_somebody_says_so(tmp_path: Path) -> None:
    path = saved(tmp_path, [["cat", "dog"], []], "json")
    labels = read_labels(path, ReadingChoices(unannotated=Unannotated.DONE))
    assert (labels.filenames, labels.open_filenames) == (["0.jpg", "1.jpg"], [])


def test_lists_of_numbers_are_classes_and_lists_of_one_entry_are_single_ones(tmp_path: Path) -> None:
    assert classes(read_labels(saved(tmp_path, [[3, 12], [3]], "parquet"))) == [
        ("0.jpg", "3"),
        ("0.jpg", "12"),
        ("1.jpg", "3"),
    ]
    assert read_labels(saved(tmp_path, [["cat"], ["dog"]], "json")).task == "classification"


@pytest.mark.parametrize("cells", [[[1, 0], [0, 1]], [[1, 0, 0], [0, 1, 1]]])
def test_a_number_for_each_class_is_refused(tmp_path: Path, cells: list[Any]) -> None:
    with pytest.raises(FileFormatError, match=r"such as \[1, 0.*\] has a number for each class .* write a column of 0"):
        read_labels(saved(tmp_path, cells, "json"))


@pytest.mark.parametrize("key", ["bbox", "boxes"])
def test_lists_beside_boxes_are_those_of_objects_and_refused(tmp_path: Path, key: str) -> None:
    path = tmp_path / "l.parquet"
    records = [{"filename": f"{name}.jpg", "label": [name], key: [[1.0, 2.0, 3.0, 4.0]]} for name in ("cat", "dog")]
    pyarrow.parquet.write_table(pa.Table.from_pylist(records), path)
    with pytest.raises(
        FileFormatError, match="is a list and not the class of an image; give one class in each row, or"
    ):
        read_labels(path)


def test_lists_beside_texts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="is a list and not the class of an image"):
        read_labels(saved(tmp_path, [["cat"], "dog"], "csv"))
