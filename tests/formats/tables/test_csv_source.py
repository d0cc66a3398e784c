from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.tables.csv_source import CsvTable
from al_core.formats.tables.sample import Content


def csv_table(tmp_path: Path, text: str) -> CsvTable:
    (tmp_path / "p.csv").write_text(text)
    return CsvTable(tmp_path / "p.csv")


def test_texts_and_numbers_are_read_by_position(tmp_path: Path) -> None:
    table = csv_table(tmp_path, "cat, filename,dog\n0.25,a.png,0.75\n1,b.png,\n")
    assert table.columns == ["cat", "filename", "dog"]
    [filenames], numbers = table.read([1], [2, 0])
    assert filenames == ["a.png", "b.png"]
    np.testing.assert_array_equal(numbers, [[0.75, 0.25], [np.nan, 1]])


def test_lists_over_several_lines_are_read_beside_texts_and_numbers(tmp_path: Path) -> None:
    table = csv_table(tmp_path, 'filename,prob,fold\na.png,"[0.25\n 0.75]",1\nb.png,[1. 0.],2\n')
    assert table.samples()[1].content is Content.LISTS
    assert table.cells(1) == [[0.25, 0.75], [1, 0]]
    [filenames], numbers = table.read([0], [2])
    assert (filenames, numbers.tolist()) == (["a.png", "b.png"], [[1], [2]])


def test_a_row_with_other_cells_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"p\.csv, line 3: expected 2 cells like the header, found 1"):
        csv_table(tmp_path, "filename,prob\na.png,0.5\nb.png\n").samples()
    with pytest.raises(
        FileFormatError, match="found 3; quote names that hold a comma, name the first column too if R has"
    ):
        csv_table(tmp_path, '"cat","dog"\n"a.png",0.5,0.5\n').samples()
    with pytest.raises(FileFormatError, match=r"p\.csv, line 2, column 'fold': expected a number, found 'x'"):
        csv_table(tmp_path, "filename,prob,fold\na.png,[1],x\n").read([0], [2])
