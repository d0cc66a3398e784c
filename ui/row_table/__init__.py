"""A table that is never cut: where its columns do not fit beside each other, each row becomes a few lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import streamlit as st

from ui.messages import one_line

__all__ = ["Choice", "Column", "Line", "row_table"]

FOLDER = Path(__file__).parent

MOST_LINES = 13
"""From this many on the table scrolls, and takes no more place."""

_component = st.components.v2.component(
    "row_table",
    css=(FOLDER / "row_table.css").read_text(encoding="utf-8"),
    js=(FOLDER / "row_table.js").read_text(encoding="utf-8"),
)


class Choice(StrEnum):
    """How many lines may be ticked."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"


@dataclass(frozen=True)
class Column:
    """What stands above a column.

    Attributes:
        title: In one or two words.
        hint: What is said under the pointer.
        is_number: Whether its cells end at the right.
        is_share: Whether its cells are percentages, with a bar.
        is_score: Whether its cells are scores from 0 to 1, with a bar, or None where there is none.
    """

    title: str
    hint: str = ""
    is_number: bool = False
    is_share: bool = False
    is_score: bool = False


@dataclass(frozen=True)
class Line:
    """A row of the table.

    Attributes:
        key: What it is known by when it is ticked, wherever it stands by then.
        cells: One text per column, or a number in a column of shares or scores. The first one is its name.
        depth: How far it is indented below those above it.
        image: The address of a thumbnail that stands before its name.
    """

    key: str
    cells: Sequence[str | float | None]
    depth: int = 0
    image: str = ""


def row_table(
    name: str, columns: Sequence[Column], lines: Sequence[Line], *, key: str, choice: Choice = Choice.NONE
) -> list[int]:
    """Draw the table and return which of its lines are ticked.

    Args:
        name: What the table holds, for those who hear it.
        columns: From left to right; the first one names the line.
        lines: From top to bottom.
        key: The widget's name in the session.
        choice: Whether lines can be ticked.
    """
    data = {
        "name": name,
        "columns": [vars(column) for column in columns],
        "lines": [vars(line) | {"cells": _shown(line)} for line in lines],
        "choice": choice,
        # Only for a browser that draws the table anew.
        "chosen": list(st.session_state.get(key, {}).get("chosen") or ()),
    }
    # Its script comes late: by the name of its place, places.css keeps what stands below where it will be.
    with st.container(key=f"{key}-of-{min(len(lines), MOST_LINES)}-lines"):
        # Streamlit takes a default only for what has a callback, though nothing is left to do in it.
        result = _component(key=key, data=data, default={"chosen": []}, on_chosen_change=lambda: None)
    chosen = result.get("chosen") or ()
    return [place for place, line in enumerate(lines) if line.key in chosen]


def _shown(line: Line) -> list[str | float | None]:
    return [one_line(cell) if isinstance(cell, str) else cell for cell in line.cells]
