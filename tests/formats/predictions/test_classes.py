import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import PREDICTION_READERS, READERS, read_predictions

CSV = "filename,cat,dog\nb.png,0.25,0.75\na.png,1,0\n"


def write(tmp_path, content: str | bytes, name: str = "p.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_csv_has_one_column_per_class(tmp_path):
    predictions = read_predictions(write(tmp_path, CSV))
    assert predictions.task == "classification"
    assert predictions.filenames == ["b.png", "a.png"]
    assert predictions.class_names == ["cat", "dog"]
    assert predictions.outputs.dtype == np.float32
    np.testing.assert_array_equal(predictions.outputs, [[0.25, 0.75], [1, 0]])


def test_the_index_that_pandas_writes_is_not_a_class(tmp_path):
    predictions = read_predictions(write(tmp_path, ",filename,cat\n0,a.png,0.5\n"))
    assert predictions.class_names == ["cat"]


def test_class_names_pick_and_order_the_columns(tmp_path):
    predictions = read_predictions(write(tmp_path, CSV), class_names=["dog", "cat"])
    np.testing.assert_array_equal(predictions.outputs, [[0.75, 0.25], [0, 1]])


def test_npy_takes_the_filenames_of_the_query_set(tmp_path):
    np.save(tmp_path / "p.npy", np.array([[0.25, 0.75], [1, 0]]))
    predictions = read_predictions(tmp_path / "p.npy", filenames=["x", "y"])
    assert predictions.filenames == ["x", "y"]
    assert predictions.class_names == ["class_0", "class_1"]
    assert read_predictions(tmp_path / "p.npy", class_names=["cat", "dog"]).class_names == ["cat", "dog"]


def test_npz_carries_filenames_and_class_names(tmp_path):
    np.savez(tmp_path / "p.npz", pred_probs=np.eye(2), filenames=np.array(["a", "b"]), class_names=np.array(["c", "d"]))
    predictions = read_predictions(tmp_path / "p.npz")
    assert (predictions.filenames, predictions.class_names) == (["a", "b"], ["c", "d"])


def test_nan_empty_and_repeated_rows_are_read_for_the_report(tmp_path):
    predictions = read_predictions(write(tmp_path, "filename,cat\na.png,nan\na.png,\n"))
    assert predictions.filenames == ["a.png", "a.png"]
    assert np.isnan(predictions.outputs).all()


def test_a_filename_that_the_csv_writer_escaped_is_read_back(tmp_path):
    assert read_predictions(write(tmp_path, "filename,cat\n'=1+1.png,1\n'quoted'.png,1\n")).filenames == [
        "=1+1.png",
        "'quoted'.png",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,cat\na,1\n", r"p\.csv has no column 'filename'; its columns are 'name', 'cat'"),
        ("filename\na\n", r"p\.csv has filenames but no classes; add one column of probabilities per class"),
        ("filename,cat\na,0.5\nb,high\n", r"p\.csv, line 3, column 'cat': expected a number, found 'high'"),
        ("filename,cat\na,0.5\nb,1_0\n", r"p\.csv, line 3, column 'cat': expected a number, found '1_0'"),
        ("filename,cat\na,0.5\n,1\n", r"p\.csv, row 1 counting from 0: the filename is empty"),
        ("filename,cat,cat\na,0.5,1\n", r"column 'cat' occurs 2 times; give every column its own name"),
        ("filename,cat, cat\na,0.5,1\n", r"class names must differ and not be empty, found 'cat', 'cat'"),
        ("\x01\x02,\x03", r"p\.csv has no column 'filename'"),
    ],
)
def test_a_bad_csv_is_refused_with_its_place_and_the_fix(tmp_path, content, message):
    with pytest.raises(FileFormatError, match=message):
        read_predictions(write(tmp_path, content))


def test_a_wrong_number_of_rows_names_both_counts(tmp_path):
    np.save(tmp_path / "p.npy", np.eye(3))
    with pytest.raises(FileFormatError, match="has 3 rows but the query set has 2 samples; predict every query sample"):
        read_predictions(tmp_path / "p.npy", filenames=["a", "b"])


def test_class_names_that_do_not_fit_name_those_of_the_file(tmp_path):
    with pytest.raises(FileFormatError, match="has the classes 'cat', 'dog', not 'cow'; use those"):
        read_predictions(write(tmp_path, CSV), class_names=["cow"])


def test_npz_with_too_few_class_names_is_refused(tmp_path):
    np.savez(tmp_path / "p.npz", probabilities=np.eye(3), class_names=np.array(["a", "b"]))
    with pytest.raises(FileFormatError, match="has 3 columns for 2 class names"):
        read_predictions(tmp_path / "p.npz")


@pytest.mark.parametrize("kind", list(READERS))
def test_every_format_is_described_for_the_dashboard(kind):
    for name, reader in READERS[kind].items():
        assert reader.name == name
        assert reader.label
        assert reader.description
        assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in reader.suffixes)


def test_a_reader_is_found_by_each_of_its_suffixes_even_for_damaged_content(tmp_path):
    for reader in PREDICTION_READERS.values():
        for suffix in reader.suffixes:
            with pytest.raises(FileFormatError):
                read_predictions(write(tmp_path, b"\xff\0\xff", f"p{suffix}"))
