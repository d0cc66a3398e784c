import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_metadata
from al_core.formats.files.remarks import remarks_collected
from al_core.formats.files.workbook import is_workbook, unpack_workbook


def workbook(path: Path, **sheets: Sequence[Any]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def as_csv(path: Path) -> list[str]:
    return unpack_workbook(path, path.parent).read_text(encoding="utf-8").splitlines()


def test_a_sheet_is_written_as_csv_with_every_digit(tmp_path: Path) -> None:
    rows = [["filename", "cat", "n", "day"], ["día.png", 0.022412928, 3, date(2026, 1, 2)], ["a,b.png", None, -1, None]]
    path = workbook(tmp_path / "x.xlsx", Sheet1=rows)
    assert is_workbook(path, path.read_bytes())
    assert as_csv(path) == [
        "filename,cat,n,day",
        "día.png,0.022412928,3,2026-01-02T00:00:00",
        '"a,b.png",,-1,',
    ]


def test_blank_rows_are_left_out_and_short_rows_filled_up(tmp_path: Path) -> None:
    rows = [[None, None], ["filename", "cat"], [], ["a.png"], ["b.png", 1, None]]
    assert as_csv(workbook(tmp_path / "x.xlsx", A=rows)) == ["filename,cat", "a.png,", "b.png,1"]


def test_the_first_sheet_with_content_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", Empty=[], Scores=[["filename", "x"], ["a", 1]], Notes=[["hello"]])
    with remarks_collected() as remarks:
        assert as_csv(path) == ["filename,x", "a,1"]
    assert remarks == {"sheet": "Only the sheet 'Scores' was read, and not 'Notes'"}


def test_a_sheet_that_names_images_is_read_before_one_about_the_file(tmp_path: Path) -> None:
    about = [["created", "2026-01-02"], ["model", "v3"]]
    path = workbook(tmp_path / "x.xlsx", About=about, Scores=[["Image Path", "cat"], ["a.png", 1]])
    with remarks_collected() as remarks:
        assert as_csv(path) == ["Image Path,cat", "a.png,1"]
    assert remarks == {"sheet": "Only the sheet 'Scores' was read, and not 'About'"}


def test_a_first_sheet_whose_cells_are_images_is_read_before_one_about_files(tmp_path: Path) -> None:
    notes = [["file", "who"], ["report.docx", "me"]]
    for header in (["name", "cat"], ["b.png", 0]):
        path = workbook(tmp_path / "x.xlsx", Scores=[header, ["a.png", 1]], Notes=notes)
        assert as_csv(path)[1] == "a.png,1"


def test_titles_above_a_table_are_left_out(tmp_path: Path) -> None:
    rows = [["Predictions of model v3"], [], ["filename", "cat", "dog"], ["a.png", 1], ["b.png", 0, 1]]
    assert as_csv(workbook(tmp_path / "x.xlsx", A=rows)) == ["filename,cat,dog", "a.png,1,", "b.png,0,1"]
    names = [["a.png"], ["b.png"], ["c.png", "a remark"]]
    assert as_csv(workbook(tmp_path / "y.xlsx", A=names)) == ["a.png", "b.png", "c.png,a remark"]


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"^x\.xlsx has no sheet with content"):
        read_metadata(workbook(tmp_path / "x.xlsx", A=[]))


def test_without_openpyxl_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "x.xlsx", A=[["filename", "x"], ["a", 1]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(FileFormatError, match=r"needs openpyxl; pip install 'al-core\[xlsx\]', or save it as CSV"):
        read_metadata(path)


def test_a_name_that_a_spreadsheet_would_run_comes_back_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["filename", "x"])
    book.active.append(["+1.png", 2])
    book.save(path)
    assert read_metadata(path).filenames == ["+1.png"]
