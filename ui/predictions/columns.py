"""What each column of a table was taken for, and changing it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from al_core.formats.files.cells import escape_cell
from al_core.formats.predictions.box_meanings import CHOOSABLE
from al_core.formats.tables.meaning import OF_IMAGES, OF_OBJECTS, TITLES, ColumnMeaning, Meaning
from ui.clicks import clicked
from ui.reruns import rerun
from ui.session import key_of

_MEANING_OF_TITLE = {title: meaning for meaning, title in TITLES.items()}
_N_ROWS_SHOWN = 8
# Streamlit's height of a row of a table.
_ROW_PIXELS = 35


def chosen_columns(file: Path) -> dict[str, str]:
    """Return the meanings that a person has chosen for columns of a file."""
    chosen: dict[str, str] = st.session_state.get(key_of("columns", str(file)), {})
    return chosen


def show_columns(file: Path, columns: Sequence[ColumnMeaning]) -> None:
    """Draw the columns of a file with their meanings; after a change the file is read again."""
    if not columns:
        return
    chosen = chosen_columns(file)
    shown = {
        # As in a CSV file: the table has a button that writes one in the browser.
        "Column": [escape_cell(column.name) for column in columns],
        "Means": [TITLES[column.meaning] for column in columns],
        "Because": [escape_cell(column.reason) for column in columns],
    }
    edited = st.data_editor(
        shown,
        column_config={
            "Column": st.column_config.TextColumn(disabled=True),
            "Means": st.column_config.SelectboxColumn(
                options=[TITLES[meaning] for meaning in possible_meanings(columns)],
                required=True,
                help="Click to change it; the file is then read again",
            ),
            "Because": st.column_config.TextColumn(disabled=True),
        },
        hide_index=True,
        width="stretch",
        height="content" if len(columns) <= _N_ROWS_SHOWN else _ROW_PIXELS * (_N_ROWS_SHOWN + 1),
        # Another editor after each change: an edit is to be applied once.
        key=key_of("column-table", str(file), *chosen, *chosen.values()),
    )
    changes = changed_meanings(columns, edited)
    if changes:
        st.session_state[key_of("columns", str(file))] = {**chosen, **changes}
        rerun()


def offer_to_undo(file: Path) -> None:
    """Draw the button that takes back what was chosen for columns, for a file that cannot be read with it."""
    if chosen_columns(file) and clicked("Undo the changed columns", key="undo-columns", icon=":material/undo:"):
        del st.session_state[key_of("columns", str(file))]
        rerun()


def possible_meanings(columns: Sequence[ColumnMeaning]) -> list[Meaning]:
    """Return what columns of such a table can be.

    Of a table with one row per object those that are there, and what a person can choose: coordinates keep the meaning
    that their names give them.

    Examples:
        >>> [str(meaning) for meaning in possible_meanings([ColumnMeaning("x1", Meaning.COORDINATE, "")])]
        ['filename', 'object-class', 'object-score', 'coordinate', 'ignored']
    """
    there = {column.meaning for column in columns}
    if there <= set(OF_IMAGES):
        return list(OF_IMAGES)
    return [meaning for meaning in OF_OBJECTS if meaning in CHOOSABLE or meaning in there]


def changed_meanings(columns: Sequence[ColumnMeaning], edited: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Return the meanings by column name that an edited table has changed.

    Examples:
        >>> columns = [ColumnMeaning("fold", Meaning.CLASS, "a number"), ColumnMeaning("cat", Meaning.CLASS, "")]
        >>> changed_meanings(columns, {"Means": ["ignored", "class"]})
        {'fold': 'ignored'}
    """
    pairs = zip(columns, edited["Means"], strict=True)
    return {
        column.name: str(_MEANING_OF_TITLE[title])
        for column, title in pairs
        if title in _MEANING_OF_TITLE and _MEANING_OF_TITLE[title] is not column.meaning
    }
