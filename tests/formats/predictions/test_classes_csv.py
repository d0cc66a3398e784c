from pathlib import Path

import numpy as np
import pytest

from al_core.formats import read_predictions

CSV = "filename,cat,dog\nb.png,0.25,0.75\na.png,1,0\n"


def write(tmp_path: Path, content: str | bytes, name: str = "p.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_csv_has_one_column_per_class(tmp_path: Path) -> None:
    predictions = read_predictions(write(tmp_path, CSV))
    assert predictions.task == "classification"
    assert predictions.filenames == ["b.png", "a.png"]
    assert predictions.class_names == ["cat", "dog"]
    assert predictions.outputs.dtype == np.float32
    np.testing.assert_array_equal(predictions.outputs, [[0.25, 0.75], [1, 0]])


def test_the_index_that_pandas_writes_is_not_a_class(tmp_path: Path) -> None:
    predictions = read_predictions(write(tmp_path, ",filename,cat\n0,a.png,0.5\n"))
    assert predictions.class_names == ["cat"]


def test_nan_empty_and_repeated_rows_are_read_for_the_report(tmp_path: Path) -> None:
    predictions = read_predictions(write(tmp_path, "filename,cat\na.png,nan\na.png,\n"))
    assert predictions.filenames == ["a.png", "a.png"]
    assert np.isnan(predictions.outputs).all()


def test_a_filename_that_the_csv_writer_escaped_is_read_back(tmp_path: Path) -> None:
    assert read_predictions(write(tmp_path, "filename,cat\n'=1+1.png,0.5\n'quoted'.png,1\n")).filenames == [
        "=1+1.png",
        "'quoted'.png",
    ]


@pytest.mark.parametrize(
    ("column", "cells", "class_names"),
    [
        ("predictions", ["{'cat': 0.25, 'dog': 0.75}", "{'dog': 1.0, 'cat': 0.0}"], ["cat", "dog"]),
        ("probs", ['{""cat"": 0.25, ""dog"": 0.75}', '{""cat"": 0.0, ""dog"": 1.0}'], ["cat", "dog"]),
        ("probs", ["tensor([0.25, 0.75])", "tensor([0.0, 1.0])"], ["class_0", "class_1"]),
        ("probs", ["TensorBase([0.25, 0.75])", "TensorBase([0.0, 1.0])"], ["class_0", "class_1"]),
    ],
)
def test_cells_may_hold_all_numbers_of_an_image(
    tmp_path: Path, column: str, cells: list[str], class_names: list[str]
) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f"file,label,{column}\n" + "".join(f'{n},cat,"{c}"\n' for n, c in zip("ab", cells, strict=True)))
    predictions = read_predictions(path)
    assert (predictions.filenames, predictions.class_names) == (["a", "b"], class_names)
    assert [row.tolist() for row in predictions.outputs] == [[0.25, 0.75], [0, 1]]


def test_an_object_of_numbers_about_the_image_is_no_classes(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("file,cat,dog,exif\n" + "".join(f"{n},0.25,0.75,\"{{'iso': 100}}\"\n" for n in "ab"))
    assert read_predictions(path).class_names == ["cat", "dog"]
