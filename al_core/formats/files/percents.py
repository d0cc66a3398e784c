"""Numbers with a percent sign in tables of text."""

import re
from collections.abc import Sequence

from al_core.exceptions import FileFormatError

_PERCENT = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*%")
_BLANKS = frozenset({"", "nan", "na", "null", "none", "n/a", "#n/a"})
_OF_CLASSES = re.compile(r"(true|predicted|pred)?(label|class|category|target|grade|group)s?(name|id)?", re.IGNORECASE)
"""Names of columns whose cells are classes, also where those are called 25% and 50%."""


def are_percents(name: str, cells: Sequence[str]) -> bool:
    """Return whether a column holds numbers with percent signs, and does not name classes.

    Examples:
        >>> are_percents("confidence", ["87.5%", "", "60 %"]), are_percents("label", ["25%", "50%"])
        (True, False)
    """
    texts = [cell.strip() for cell in cells if cell.strip().lower() not in _BLANKS]
    names_classes = _OF_CLASSES.fullmatch(re.sub(r"[\W_]", "", name)) is not None
    return bool(texts) and not names_classes and all(map(_PERCENT.fullmatch, texts))


def as_fraction(cell: str, where: str) -> str:
    """Return a percentage as the fraction that it is; a blank cell stays.

    Raises:
        FileFormatError: If it has no percent sign, so that it may be a fraction already.

    Examples:
        >>> as_fraction("87.5%", "row 0"), as_fraction("60 %", "row 1"), as_fraction("", "row 2")
        ('0.875', '0.6', '')
    """
    text = cell.strip()
    if text.lower() in _BLANKS:
        return cell
    percent = _PERCENT.fullmatch(text)
    if percent is None:
        raise FileFormatError(
            f"{where}: expected a number with a percent sign as in the rows before it, found {cell[:80]!a}; write all "
            "numbers of the column in one way"
        )
    return f"{float(percent[1].replace(',', '.')) / 100:.10g}"
