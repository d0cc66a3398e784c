"""Which dialog is open, so that it stays until somebody closes it.

Streamlit shows a dialog only for as long as every run of the page asks for it. A run that nobody asked for, such as one
at the end of a job, would close what somebody has just opened, and a click that such a run overtakes would be lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from ui.session import Key


@dataclass(frozen=True)
class OpenDialog:
    """A dialog that somebody has opened.

    Attributes:
        owner: What draws it; a name of its own for each dialog of a page.
        row: The sample that it is about, if it is about one.
        is_drawn: Whether this run of the page has asked for it.
    """

    owner: str
    row: int | None
    is_drawn: bool = False


def open_dialog(owner: str, row: int | None = None) -> None:
    """Open a dialog in the place of any other; for the callback of what was clicked.

    A callback comes before all else in a run, so that not even a run that is cut short loses the click.
    """
    st.session_state[Key.DIALOG] = OpenDialog(owner, row)


def is_open(owner: str) -> bool:
    """Return whether the dialog is open; the caller draws it then."""
    dialog = _current()
    if dialog is None or dialog.owner != owner:
        return False
    st.session_state[Key.DIALOG] = replace(dialog, is_drawn=True)
    return True


def current_row() -> int | None:
    """Return the sample that the open dialog is about; None if it has been closed meanwhile."""
    dialog = _current()
    return dialog.row if dialog else None


def go_to(row: int) -> None:
    """Make the open dialog one about another sample."""
    dialog = _current()
    if dialog:
        st.session_state[Key.DIALOG] = replace(dialog, row=row)


def close_dialog() -> None:
    """Draw no dialog from the next run on."""
    st.session_state.pop(Key.DIALOG, None)


def run_page(run: Callable[[], None]) -> None:
    """Run a page, and close the dialog if the page came to its end without it: what it is about is gone."""
    dialog = _current()
    if dialog:
        st.session_state[Key.DIALOG] = replace(dialog, is_drawn=False)
    run()
    dialog = _current()
    if dialog and not dialog.is_drawn:
        close_dialog()


def _current() -> OpenDialog | None:
    dialog: OpenDialog | None = st.session_state.get(Key.DIALOG)
    return dialog
