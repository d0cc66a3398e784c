import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from al_core.exceptions import FileFormatError, InvalidInputError, NotFoundError
from al_core.formats import read_embeddings

LIGHTLY = "filenames,embedding_0,embedding_1,labels\nb.png,0.5,1,3\na.png,-1,2e-3,7\n"


def write(tmp_path, content: str | bytes, name: str = "embeddings.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_lightly_csv_is_read_unchanged(tmp_path):
    table = read_embeddings(write(tmp_path, LIGHTLY))
    assert table.filenames == ["b.png", "a.png"]
    assert table.embeddings.dtype == np.float32
    np.testing.assert_array_equal(table.embeddings, np.float32([[0.5, 1], [-1, 2e-3]]))
    np.testing.assert_array_equal(table.labels, [3, 7])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace("b.png", '"b.png"'),
        lambda text: text.replace("filenames", "Filename"),
    ],
    ids=["BOM", "CRLF", "no final newline", "semicolons", "tabs", "blank lines", "quotes", "column Filename"],
)
def test_variants_of_a_csv_read_the_same(tmp_path, change):
    table = read_embeddings(write(tmp_path, change(LIGHTLY)))
    assert table.filenames == ["b.png", "a.png"]
    np.testing.assert_array_equal(table.embeddings, np.float32([[0.5, 1], [-1, 2e-3]]))


def test_columns_are_ordered_by_their_number_and_special_ones_are_not_read(tmp_path):
    text = "masked,embedding_1,selected,embedding_0,filenames,al_score\nx,1,y,0,a.png,0.5\n"
    table = read_embeddings(write(tmp_path, text))
    np.testing.assert_array_equal(table.embeddings, [[0, 1]])
    assert table.labels is None


def test_labels_that_are_names_stay_text(tmp_path):
    table = read_embeddings(write(tmp_path, LIGHTLY.replace(",7\n", ",dog\n")))
    assert table.labels.tolist() == ["3", "dog"]


def test_quoted_filenames_may_hold_commas_quotes_spaces_and_emoji(tmp_path):
    text = 'filenames,embedding_0\n"a, ""b"" 🐈 .png",1\n../c.png,2\n<script>.png,3\n'
    table = read_embeddings(write(tmp_path, text))
    assert table.filenames == ['a, "b" 🐈 .png', "../c.png", "<script>.png"]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
def test_npy_of_any_float_is_read_as_float32_with_the_given_filenames(tmp_path, dtype):
    np.save(tmp_path / "e.npy", np.array([[1, 0.5], [2, 0.25]], dtype=dtype))
    table = read_embeddings(tmp_path / "e.npy", filenames=["a", "b"])
    assert table.filenames == ["a", "b"]
    assert table.embeddings.dtype == np.float32
    np.testing.assert_array_equal(table.embeddings, [[1, 0.5], [2, 0.25]])


def test_npy_without_filenames_has_none(tmp_path):
    np.save(tmp_path / "e.npy", np.ones((2, 2)))
    assert read_embeddings(tmp_path / "e.npy").filenames is None


def test_npz_carries_filenames_and_labels(tmp_path):
    np.savez(tmp_path / "e.npz", embeddings=np.eye(2), filenames=np.array(["a", "b"]), labels=np.array([0, 1]))
    table = read_embeddings(tmp_path / "e.npz", filenames=["other", "names"])
    assert table.filenames == ["a", "b"]
    np.testing.assert_array_equal(table.embeddings, np.eye(2))
    np.testing.assert_array_equal(table.labels, [0, 1])


def test_the_content_decides_when_the_suffix_is_wrong(tmp_path):
    assert read_embeddings(write(tmp_path, LIGHTLY, "embeddings.npy")).filenames == ["b.png", "a.png"]


def test_a_format_that_is_named_wins_over_recognition(tmp_path):
    with pytest.raises(FileFormatError, match="is not a NumPy array"):
        read_embeddings(write(tmp_path, LIGHTLY), format="npy")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"embeddings\.csv is empty \(0 bytes\); write it again"),
        ("\n\n", r"no known format|only blank lines"),
        ("filenames,embedding_0,labels\n", r"has a header but no rows"),
        ("filenames,embedding_0\na,1\nb,cat\n", r"line 3, column 'embedding_0': expected a number, found 'cat'"),
        (
            "filenames,embedding_0\na,1\nb,\n",
            r"row 1 counting from 0 \('b'\): embedding_0 is nan; .* embed this sample again",
        ),
        ("filenames,embedding_0\na,1\nb,inf\n", r"row 1 counting from 0 \('b'\): embedding_0 is inf"),
        ("filenames,embedding_0\na,1\nb,1e99\n", r"embedding_0 is inf|expected a number"),
        ("filenames,embedding_0\na,1\nb,NaN\n", r"embedding_0 is nan"),
        ("filenames,embedding_0\na,1\nb\n", r"line 3: expected 2 cells like the header, found 1; quote names"),
        ("filenames,embedding_0\na,b,1\n", r"line 2: expected 2 cells like the header, found 3; quote names"),
        (
            "filenames,embedding_0\na,1\na,1\n",
            r"filename 'a' occurs 2 times \(rows 0 and 1 counting from 0\); keep one",
        ),
        ("filenames,embedding_0\na,1\n,1\n", r"row 1 counting from 0: the filename is empty; name every sample"),
        ("filenames,embedding_0\na\0b,1\n", r"row 0 counting from 0: the filename 'a\\x00b' holds control characters"),
        ('filenames,embedding_0\n"a\nb",1\n', r"line 3: 'a\\nb' holds a line break|control characters"),
        (f"filenames,embedding_0\n{'a' * 5000},1\n", r"the filename has 5,000 characters, at most 4,096"),
        (
            "image,embedding_0\na,1\n",
            r"no column 'filename'; its columns are 'image', 'embedding_0'; rename or add one",
        ),
        (
            "filenames,cat,dog\na,1,0\n",
            r"expected the columns filenames, embedding_0, .*; found 'filenames', 'cat', 'dog'",
        ),
        ("filenames,embedding_0,embedding_2\na,1,0\n", r"no column 'embedding_1'; number the columns from 0"),
        ("filenames,embedding_0,embedding_0\na,1,0\n", r"column 'embedding_0' occurs 2 times"),
        ('filenames,"embedding_0\na,1\n', r"line 1: not a CSV header"),
        (b"filenames,embedding_0\na,1\n\xe9.png,1\n", r"line 3: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (LIGHTLY.encode("utf-16"), r"is UTF-16; save it as UTF-8"),
        (",".join(f"embedding_{i}" for i in range(70_000)) + "\n", r"has 70,000 columns; at most 65,536 are read"),
    ],
)
def test_a_bad_csv_is_refused_with_its_place_and_the_fix(tmp_path, content, message):
    with pytest.raises(FileFormatError, match=message) as caught:
        read_embeddings(write(tmp_path, content))
    assert str(caught.value).startswith("embeddings.csv")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.ones(6), r"expected one row per sample, shape \(rows, columns\), found shape \(6,\)"),
        (np.ones((2, 3, 1)), r"found shape \(2, 3, 1\)"),
        (np.ones((2, 3), dtype=int), r"expected floats, found int64; save it with array\.astype\('float32'\)"),
        (np.ones((2, 3), dtype=complex), r"expected floats, found complex128"),
        (np.array([[1, 2], [3, np.nan]]), r"row 1 counting from 0 \('b'\): embedding_1 is nan"),
        (np.array([[1, 2], [-np.inf, 3]]), r"row 1 counting from 0 \('b'\): embedding_0 is -inf"),
        (np.array([[1e300, 2], [1, 3]]), r"row 0 counting from 0 \('a'\): embedding_0 is inf; .* finite float32"),
        (np.ones((3, 2)), r"has 3 rows but 2 filenames were given"),
    ],
)
def test_a_bad_npy_is_refused_with_its_place_and_the_fix(tmp_path, array, message):
    np.save(tmp_path / "e.npy", array)
    with pytest.raises(FileFormatError, match=message):
        read_embeddings(tmp_path / "e.npy", filenames=["a", "b"])


def test_npz_with_too_few_filenames_is_refused(tmp_path):
    np.savez(tmp_path / "e.npz", embeddings=np.eye(3), filenames=np.array(["a", "b"]))
    with pytest.raises(FileFormatError, match="has 2 filenames for 3 rows; save one per row"):
        read_embeddings(tmp_path / "e.npz")


def test_npz_with_a_repeated_filename_is_refused(tmp_path):
    np.savez(tmp_path / "e.npz", embeddings=np.eye(3), filenames=np.array(["a", "b", "a"]))
    with pytest.raises(FileFormatError, match=r"'a' occurs 2 times \(rows 0 and 2"):
        read_embeddings(tmp_path / "e.npz")


def test_a_file_of_another_kind_is_refused_with_the_known_formats(tmp_path):
    with pytest.raises(
        FileFormatError, match=r"e\.png is of no known format; expected NumPy array \(\.npy\), .*Lightly CSV"
    ):
        read_embeddings(write(tmp_path, b"\x89PNG\r\n\x1a\n\0\0", "e.png"))


def test_a_missing_file_an_unknown_format_and_a_folder_have_different_errors(tmp_path):
    with pytest.raises(NotFoundError, match="there is no file"):
        read_embeddings(tmp_path / "none.csv")
    with pytest.raises(
        InvalidInputError, match="unknown format 'xml'; use one of npy, npz, parquet, arrow, hdf5, json, csv"
    ):
        read_embeddings(write(tmp_path, LIGHTLY), format="xml")
    with pytest.raises(FileFormatError, match="is of no known format"):
        read_embeddings(tmp_path)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_columnar_embeddings_are_read_from_vectors_and_from_numbered_columns(tmp_path, dtype, suffix):
    values = np.array([[0.5, -1.25, 2.0], [1.0, 0.0, 4.5]], dtype=dtype)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), 3)
    numbered = {f"f{number}": values[:, number] for number in (2, 0, 1)}
    for columns in ({"embedding": vectors, "width": [8, 9]}, numbered):
        table, path = pa.table({"filename": ["a.png", "b.png"], **columns}), tmp_path / f"e{suffix}"
        pq.write_table(table, path) if suffix == ".parquet" else feather.write_feather(table, str(path))
        found = read_embeddings(path)
        assert (found.filenames, found.embeddings.dtype) == (["a.png", "b.png"], np.float32)
        np.testing.assert_array_equal(found.embeddings, values)


def test_numbered_columns_with_a_gap_are_refused(tmp_path):
    pq.write_table(pa.table({"filename": ["a.png"], "e_0": [1.0], "e_2": [2.0]}), tmp_path / "e.parquet")
    with pytest.raises(FileFormatError, match="without a gap; found 'e_0', 'e_2'"):
        read_embeddings(tmp_path / "e.parquet")


def test_absolute_paths_of_fiftyone_become_relative_to_their_folder(tmp_path):
    samples = [{"filepath": f"/data/x/{name}", "embedding": [1.0, 2.0]} for name in ("train/a.png", "val/a.png")]
    (tmp_path / "samples.json").write_text(json.dumps({"samples": samples}))
    assert read_embeddings(tmp_path / "samples.json").filenames == ["train/a.png", "val/a.png"]


@pytest.mark.parametrize("vector", ["null", '"####"', '"AAAA"', "[]", "[true]", '{"$binary": {"base64": 3}}'])
def test_a_record_without_a_vector_is_refused_with_its_line(tmp_path, vector):
    (tmp_path / "e.jsonl").write_text(f'{{"filename": "a.png", "embedding": {vector}}}\n')
    with pytest.raises(FileFormatError, match=r"e\.jsonl"):
        read_embeddings(tmp_path / "e.jsonl")
