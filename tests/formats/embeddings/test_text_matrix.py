from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_embeddings


@pytest.mark.parametrize(("name", "delimiter"), [("tensors.tsv", "\t"), ("e.txt", " "), ("e.csv", ",")])
def test_numbers_without_a_header_are_rows(tmp_path: Path, name: str, delimiter: str) -> None:
    np.savetxt(tmp_path / name, np.array([[0.5, -1e-9], [2, 3]]), delimiter=delimiter)
    table = read_embeddings(tmp_path / name)
    assert table.filenames is None
    np.testing.assert_array_equal(table.embeddings, np.array([[0.5, -1e-9], [2, 3]], np.float32))


def test_the_filenames_of_a_projector_stand_in_the_file_beside(tmp_path: Path) -> None:
    (tmp_path / "tensors.tsv").write_text("0.5\t1\n2\t3\n")
    (tmp_path / "metadata.tsv").write_text("a.png\nb.png\n")
    assert read_embeddings(tmp_path / "tensors.tsv").filenames == ["a.png", "b.png"]
    (tmp_path / "metadata.tsv").write_text("filename\tlabel\nb.png\t1\na.png\t0\n")
    assert read_embeddings(tmp_path / "tensors.tsv").filenames == ["b.png", "a.png"]
    (tmp_path / "metadata.tsv").write_text("cat\ncat\n")
    assert read_embeddings(tmp_path / "tensors.tsv").filenames is None


def test_a_cell_that_is_no_number_is_named(tmp_path: Path) -> None:
    (tmp_path / "e.tsv").write_text("0.5\t1\n2\tx\n")
    with pytest.raises(FileFormatError, match=r"^e\.tsv, line 2, column 'column 1': expected a number, found 'x'"):
        read_embeddings(tmp_path / "e.tsv")


def test_a_first_line_that_no_csv_reader_splits_is_refused(tmp_path: Path) -> None:
    # An old Mac's line end in the middle of a line.
    (tmp_path / "e.tsv").write_bytes(b"0\r.8125\t0\t1\n1\t2\t3\n")
    with pytest.raises(FileFormatError, match=r"^e\.tsv, line 1: expected numbers with '\\t' between them"):
        read_embeddings(tmp_path / "e.tsv", format="text-matrix")
