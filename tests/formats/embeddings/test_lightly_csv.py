from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings

LIGHTLY = "filenames,embedding_0,embedding_1,labels\nb.png,0.5,1,3\na.png,-1,2e-3,7\n"


def write(tmp_path: Path, content: str | bytes, name: str = "embeddings.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_lightly_csv_is_read_unchanged(tmp_path: Path) -> None:
    table = read_embeddings(write(tmp_path, LIGHTLY))
    assert table.filenames == ["b.png", "a.png"]
    assert table.embeddings.dtype == np.float32
    np.testing.assert_array_equal(table.embeddings, np.array([[0.5, 1], [-1, 2e-3]], dtype=np.float32))
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
def test_variants_of_a_csv_read_the_same(tmp_path: Path, change: Callable[[str], str]) -> None:
    table = read_embeddings(write(tmp_path, change(LIGHTLY)))
    assert table.filenames == ["b.png", "a.png"]
    np.testing.assert_array_equal(table.embeddings, np.array([[0.5, 1], [-1, 2e-3]], dtype=np.float32))


def test_columns_are_ordered_by_their_number_and_special_ones_are_not_read(tmp_path: Path) -> None:
    text = "masked,embedding_1,selected,embedding_0,filenames,al_score\nx,1,y,0,a.png,0.5\n"
    table = read_embeddings(write(tmp_path, text))
    np.testing.assert_array_equal(table.embeddings, [[0, 1]])
    assert table.labels is None


def test_labels_that_are_names_stay_text(tmp_path: Path) -> None:
    table = read_embeddings(write(tmp_path, LIGHTLY.replace(",7\n", ",dog\n")))
    assert table.labels is not None
    assert table.labels.tolist() == ["3", "dog"]


def test_quoted_filenames_may_hold_commas_quotes_spaces_and_emoji(tmp_path: Path) -> None:
    text = 'filenames,embedding_0\n"a, ""b"" 🐈 .png",1\n../c.png,2\n<script>.png,3\n'
    table = read_embeddings(write(tmp_path, text))
    assert table.filenames == ['a, "b" 🐈 .png', "../c.png", "<script>.png"]


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
            "owl,embedding_0\na,1\n",
            r"no column 'filename'; its columns are 'owl', 'embedding_0'; rename or add one",
        ),
        (
            "filenames,cat,dog\na,1,0\n",
            r"expected the columns filenames, embedding_0, .*; found 'filenames', 'cat', 'dog'",
        ),
        ("filenames,embedding_0,embedding_2\na,1,0\n", r"no column 'embedding_1'; number the columns from 0"),
        ("filenames,embedding_0,embedding_0\na,1,0\n", r"column 'embedding_0' occurs 2 times"),
        ('filenames,"embedding_0\na,1\n', r"line 1: not a CSV header"),
        (b"filenames,embedding_0\na,1\n\xe9.png,1\n", r"line 3: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (",".join(f"embedding_{i}" for i in range(70_000)) + "\n", r"has 70,000 columns; at most 65,536 are read"),
    ],
)
def test_a_bad_csv_is_refused_with_its_place_and_the_fix(tmp_path: Path, content: bytes | str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message) as caught:
        read_embeddings(write(tmp_path, content))
    assert str(caught.value).startswith("embeddings.csv")


@pytest.mark.parametrize(
    "header",
    ["image,0,1", ",0,1", "Unnamed: 0,f1,f2", "image_path,feat_0,feat_1", "path,x0,x1", "id,embedding_0,embedding_1"],
)
def test_any_usual_column_of_filenames_and_any_numbered_columns_are_read(tmp_path: Path, header: str) -> None:
    table = read_embeddings(write(tmp_path, f"{header}\na.png,0.5,1\nb.png,2,3\n"))
    assert table.filenames == ["a.png", "b.png"]
    assert table.embeddings.tolist() == [[0.5, 1], [2, 3]]


@pytest.mark.parametrize("cells", ["[0.5, 1.0]", "[0.5 1. ]", "(0.5, 1e0)"])
def test_vectors_as_text_are_read(tmp_path: Path, cells: str) -> None:
    content = f'filename,fold,embedding\na.png,1,"{cells}"\nb.png,2,"[2, 3]"\n'
    assert read_embeddings(write(tmp_path, content)).embeddings.tolist() == [[0.5, 1], [2, 3]]


@pytest.mark.parametrize("cells", ["[0.5, x]", "[0.5]", "[]"])
def test_a_vector_that_does_not_fit_is_named_by_its_row(tmp_path: Path, cells: str) -> None:
    with pytest.raises(FileFormatError, match="row 1 counting from 0"):
        read_embeddings(write(tmp_path, f'filename,embedding\na.png,"[1, 2]"\nb.png,"{cells}"\n'))


@pytest.mark.parametrize("vector", ["{1.5,2}", "tensor([1.5, 2.0], device='cuda:0')", "[1.5 2]"])
def test_a_vector_may_be_printed_by_postgresql_or_pytorch(tmp_path: Path, vector: str) -> None:
    path = tmp_path / "e.csv"
    path.write_text(f'filename,embedding\na.png,"{vector}"\nb.png,"{vector}"\n')
    assert read_embeddings(path).embeddings.tolist() == [[1.5, 2]] * 2


def test_a_vector_that_numpy_has_shortened_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("filename,embedding\na.png,[0.1 0.2 ... 0.4]\nb.png,[0.1 0.2 ... 0.4]\n")
    with pytest.raises(FileFormatError, match="NumPy has left out numbers of this vector"):
        read_embeddings(path)
