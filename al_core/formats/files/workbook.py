"""Sheets of Excel workbooks, written out as CSV so that everything that reads CSV reads them."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from al_core.exceptions import FileFormatError
from al_core.formats.files.cells import escape_cell
from al_core.formats.files.damage import file_damage_explained
from al_core.formats.files.decoded_size import check_decoded_size
from al_core.formats.files.filename_rules import (
    LAST_OF_IMAGES,
    filename_rank,
    most_like_filenames,
    names_image_file,
)
from al_core.formats.files.remarks import remark
from al_core.formats.files.tree import ARCHIVE_ERRORS, open_tree, tree_names

_PARTS_IN_MEMORY = ("xl/sharedStrings.xml", "xl/styles.xml")
_OBJECTS_PER_XML = 10
_MAX_BLANK_ROWS = 1_000
"""So many blank rows are the end of a sheet, however many rows its formats go on for."""

_MOST_TITLES = 3
_ERRORS = (*ARCHIVE_ERRORS, KeyError, TypeError, AttributeError, IndexError, ParseError)


def is_workbook(path: Path, head: bytes) -> bool:
    """Return whether a file is a workbook of Excel 2007 or later."""
    return head.startswith(b"PK\x03\x04") and "xl/workbook.xml" in tree_names(path, head)


def unpack_workbook(path: Path, folder: Path) -> Path:
    """Return the first sheet that names images, or else that has content, as CSV; which one of several is remarked.

    Raises:
        FileFormatError: If openpyxl is not installed, or the workbook is damaged or empty.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise FileFormatError(
            f"{path.name} is an Excel workbook, which needs openpyxl; pip install 'al-core[xlsx]', or save it as CSV"
        ) from error
    tree = open_tree(path)
    n_bytes = sum(tree.n_bytes(name) for name in _PARTS_IN_MEMORY if name in tree.names)
    check_decoded_size(_OBJECTS_PER_XML * n_bytes, path.name)
    with file_damage_explained(path.name, "Excel workbook", _ERRORS, "save it again"), path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        filled = [sheet.title for sheet in sheets if any(True for _ in _rows(sheet))]
        if not filled:
            raise FileFormatError(f"{path.name} has no sheet with content; expected a header and one row per sample")
        read = next((title for title in filled if _names_images(book[title])), filled[0])
        if len(filled) > 1:
            others = ", ".join(repr(title) for title in [title for title in filled if title != read][:5])
            remark("sheet", f"Only the sheet {read!r} was read, and not {others}")
        target = folder / f"{path.stem}.csv"
        with target.open("w", encoding="utf-8", newline="") as output:
            csv.writer(output, lineterminator="\n").writerows(_without_titles(_rows(book[read])))
        return target


def _names_images(sheet: Any) -> bool:
    """Return whether a sheet has a column that can only name images, or begins with the name of one."""
    first = list(islice(_without_titles(_rows(sheet)), 2))
    header = first[0] if first else []
    is_named = most_like_filenames(header, last_rank=LAST_OF_IMAGES) is not None
    return is_named or any(names_image_file(cell) for cell in chain(*first))


def _without_titles(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield the rows of a table without the titles above it, of one cell each, and as wide as its header."""
    first = list(islice(rows, _MOST_TITLES + 1))
    n_titles = next((number for number, row in enumerate(first) if sum(map(bool, row)) > 1), 0)
    # A cell that names images, or is an image, begins a list of filenames and is no title.
    is_title = [filename_rank(row[0]) is None and not names_image_file(row[0]) for row in first[:n_titles]]
    start = n_titles if all(is_title) else 0
    table = chain(first[start:], rows)
    header = next(table, [])
    yield header
    for row in table:
        # A row that is wider already gets a negative number of cells, which is none.
        yield row + [""] * (len(header) - len(row))


def _rows(sheet: Any) -> Iterator[list[str]]:
    """Yield the rows of a sheet as texts, as wide as the first row that is filled."""
    width = 0
    n_blank = 0
    for row in sheet.iter_rows(values_only=True):
        n_filled = _filled_width(row)
        n_blank = 0 if n_filled else n_blank + 1
        if n_blank > _MAX_BLANK_ROWS:
            return
        if not n_filled:
            continue
        width = width or n_filled
        texts = [_text(cell) for cell in row[: max(width, n_filled)]]
        yield texts + [""] * (width - len(row))


def _filled_width(row: Sequence[Any]) -> int:
    return max((number for number, cell in enumerate(row, start=1) if cell is not None), default=0)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    text = str(cell)
    # A negative number is no formula.
    return text if isinstance(cell, int) else escape_cell(text)
