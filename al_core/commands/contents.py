"""What a file of predictions holds, as lines of a terminal and as JSON."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from al_core.formats.tables.meaning import TITLES, ColumnMeaning
from al_core.text import counted

if TYPE_CHECKING:
    from al_core.formats import Predictions, ScoreTable

_CLASSES_SHOWN = 8
_NAME_SHOWN = 40


def contents_lines(contents: "Predictions | ScoreTable", label: str) -> list[str]:
    """Return what a file holds: its format, task and classes or scores, and the meaning of its columns.

    Args:
        contents: As it was read.
        label: What people call its format.
    """
    return [f"{label}: {_summary(contents)}", *column_lines(contents.columns)]


def contents_json(contents: "Predictions | ScoreTable", format: str) -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        "format": format,
        "class_names": list(getattr(contents, "class_names", ())),
        "scores": list(getattr(contents, "scores", ())),
        "columns": [
            {"name": column.name, "meaning": str(column.meaning), "reason": column.reason}
            for column in contents.columns
        ],
    }


def column_lines(columns: Sequence[ColumnMeaning]) -> list[str]:
    """Return a table of columns with their meanings; neighbors of one meaning and reason share a line.

    Examples:
        >>> from al_core.formats.tables.meaning import Meaning
        >>> classes = [ColumnMeaning(f"prob_{number}", Meaning.CLASS, "one of a series") for number in range(3)]
        >>> for line in column_lines([ColumnMeaning("image", Meaning.FILENAME, "its name"), *classes]):
        ...     print(line.strip())
        image             filename  its name
        prob_0 … prob_2   class     one of a series
    """
    groups = groupby(columns, key=lambda column: (column.meaning, column.reason))
    rows = [_row(list(group)) for _, group in groups]
    width = max((len(name) for name, _, _ in rows), default=0)
    title_width = max((len(title) for _, title, _ in rows), default=0)
    lines = [f"  {name:<{width}}   {title:<{title_width}}  {reason}" for name, title, reason in rows]
    return [line.rstrip() for line in lines]


def _row(group: Sequence[ColumnMeaning]) -> tuple[str, str, str]:
    first = _shown(group[0].name)
    last = _shown(group[-1].name)
    name = first
    if len(group) == 2:
        name = f"{first}, {last}"
    elif len(group) > 2:
        name = f"{first} … {last}"
    return name, TITLES[group[0].meaning], group[0].reason


def _shown(name: str) -> str:
    # `repr` writes what a terminal would obey, such as a line break or an escape sequence, as visible characters.
    return repr(name)[1:-1][:_NAME_SHOWN] or "''"


def _summary(contents: "Predictions | ScoreTable") -> str:
    task = contents.task.replace("-", " ")
    names = list(getattr(contents, "class_names", ()))
    scores = list(getattr(contents, "scores", ()))
    if not names:
        return f"{task} {', '.join(scores)}" if scores else task
    more = ", …" if len(names) > _CLASSES_SHOWN else ""
    return f"{task}, {counted(len(names), 'class')}: {', '.join(names[:_CLASSES_SHOWN])}{more}"
