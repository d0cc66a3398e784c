from pathlib import Path

import numpy as np

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
