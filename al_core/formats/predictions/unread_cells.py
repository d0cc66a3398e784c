"""What a table without probabilities has in its cells in their place, and how to write it so that it is read."""

import re
from collections.abc import Sequence

from al_core.formats.join.finding import Finding, Severity
from al_core.formats.tables.sample import ColumnSample, Content

_NUMBER = r"-?\d*\.?\d+(?:[eE][-+]?\d+)?"
_SEVERAL_NUMBERS = re.compile(rf"(?!-?\d+,\d+$)\[*\s*{_NUMBER}(?:(?:\s+|\s*[,;|]\s*){_NUMBER})+\s*\]*")
"""Numbers without brackets, or with too many, and none with a comma in place of its point."""

_PERCENT_SIGNS = Finding(
    "percent-signs",
    "Cells are texts such as 12.5%",
    "",
    "write them as numbers, without the sign",
    severity=Severity.REFUSAL,
)
_IN_BRACKETS = "write them in one pair of brackets, as [0.1, 0.2, 0.7], or in a column for each class"
_A_ROW_EACH = (
    "write a row for each box (filename, label, score, xmin, ymin, xmax, ymax), or a column of probabilities for each "
    "class"
)


def unread_cells(samples: Sequence[ColumnSample]) -> Finding | None:
    """Return what to do about the first column that a person may have meant, or None if there is none."""
    if any(sample.content is Content.TEXTS and _are_percents(sample.cells) for sample in samples):
        return _PERCENT_SIGNS
    several = next((sample for sample in samples if _has_several_numbers(sample)), None)
    if several is not None:
        what = f"The column {several.name[:40]!r} has several numbers in a cell, such as {several.cells[0][:40]!r}"
        return Finding("no-brackets", what, "", _IN_BRACKETS, severity=Severity.REFUSAL)
    nested = next((sample.name for sample in samples if _has_objects(sample)), None)
    if nested is not None:
        what = f"The column {nested[:40]!r} has objects in its cells, which are not read from a table"
        return Finding("objects", what, "", _A_ROW_EACH, severity=Severity.REFUSAL)
    return None


def _are_percents(cells: Sequence[object]) -> bool:
    return bool(cells) and all(str(cell).strip().endswith("%") for cell in cells)


def _has_several_numbers(sample: ColumnSample) -> bool:
    # A text in two pairs of brackets is a list of what is no class.
    are_texts = sample.content in (Content.TEXTS, Content.CLASS_LISTS)
    return are_texts and all(isinstance(cell, str) and _SEVERAL_NUMBERS.fullmatch(cell) for cell in sample.cells)


def _has_objects(sample: ColumnSample) -> bool:
    first = next(iter(sample.cells), None)
    is_printed = isinstance(first, str) and first.lstrip("[ ").startswith("{") and ":" in first
    is_list = isinstance(first, list) and any(isinstance(entry, dict) for entry in first)
    return is_printed or is_list
