"""Cells of a column of classes that are lists: several classes of an image, as Parquet, JSON and pandas have them."""

from collections.abc import Sequence
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.labels.label_cells import BETWEEN_ENTRIES
from al_core.formats.labels.label_columns import LabelColumns
from al_core.formats.labels.label_rows import TableRows
from al_core.formats.tables.list_cells import is_list, parsed_list

_HOT = frozenset({"0", "1"})


def lists_joined(source: str, rows: TableRows, columns: LabelColumns) -> TableRows:
    """Return the rows with the classes of a list as one text, if all cells of the column of classes are lists.

    Beside boxes or scores a list is no class of the image: a model has ranked its entries.

    Args:
        source: What messages call the file.
        rows: The rows.
        columns: What their columns mean.

    Raises:
        FileFormatError: If the lists have a 0 or 1 for each class.
    """
    if columns.label < 0 or columns.box or columns.unread_places or columns.controls or columns.score >= 0:
        return rows
    cells = rows.column(columns.label)
    first = next(filter(str.strip, cells), "")
    if not is_list(first.strip()):
        return rows
    entries_of = {cell: _entries(source, cell) for cell in dict.fromkeys(cells) if cell.strip()}
    lists = [entries for entries in entries_of.values() if entries is not None]
    if not lists or len(lists) < len(entries_of):
        return rows
    _check_no_vectors(source, lists)
    text_of = {cell: BETWEEN_ENTRIES.join(entries or ()) for cell, entries in entries_of.items()}
    # An empty list says that no class is on the image, or that nobody has looked at it: a separator alone.
    return rows.with_column(columns.label, [text_of.get(cell, "") or _empty(cell) for cell in cells])


def _empty(cell: str) -> str:
    return BETWEEN_ENTRIES if cell.strip() else ""


def _entries(source: str, cell: str) -> list[str] | None:
    """Return the classes in a cell, None if it is no list of texts or whole numbers."""
    if not is_list(cell.strip()):
        return None
    entries = parsed_list(cell, source)
    if entries is None or not all(map(_is_class, entries)):
        return None
    return [str(entry).strip() for entry in entries]


def _is_class(entry: Any) -> bool:
    if isinstance(entry, str):
        return bool(entry.strip()) and BETWEEN_ENTRIES not in entry
    return type(entry) is int


def _check_no_vectors(source: str, lists: Sequence[Sequence[str]]) -> None:
    lengths = {len(entries) for entries in lists}
    are_hot = len(lengths) == 1 and lengths != {1} and all(_HOT.issuperset(entries) for entries in lists)
    if are_hot or any(len(set(entries)) < len(entries) and _HOT.issuperset(entries) for entries in lists):
        raise FileFormatError(
            f"{source}: a list such as [{', '.join(lists[0])[:40]}] has a number for each class and names none; "
            "write a column of 0 and 1 for each class, or the names of the classes of an image"
        )
