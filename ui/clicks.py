"""Clicks that no rerun loses.

Streamlit tells of a click in one run only. If that run is cut short before it comes to the button, by the end of a job
or by a `st.rerun` further up, the next one knows nothing of it. A callback comes before all else in a run: it notes the
click, and the first run that comes to the button does what was asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NoReturn

import streamlit as st

from ui.session import Key


def clicked(  # noqa: PLR0913 - a widget's settings, all but one by keyword
    label: str,
    *,
    key: str,
    icon: str | None = None,
    is_next: bool = False,
    reason: str | None = None,
    hint: str | None = None,
    width: Literal["content", "stretch"] = "content",
) -> bool:
    """Draw a button and return, once, whether somebody has clicked it.

    Args:
        label: What it does, as Markdown.
        key: A name of its own in the session.
        icon: In front of the label.
        is_next: Whether it stands out as what comes next.
        reason: Why it is disabled, or None; a click that came before it was does nothing then.
        hint: What a click brings.
        width: As wide as its label, or as there is room.
    """
    st.button(
        label,
        key=key,
        icon=icon,
        type="primary" if is_next else "secondary",
        disabled=bool(reason),
        help=reason or hint,
        width=width,
        on_click=_note,
        args=(key,),
    )
    if st.session_state.get(Key.CLICKED) != key:
        return False
    _forget()
    return not reason


@contextmanager
def clicks_of_a_page() -> Iterator[None]:
    """Forget a click at the end of a page, be it by an error: what it was meant for is gone."""
    try:
        yield
    except Exception:
        _forget()
        raise
    _forget()


def end_page() -> NoReturn:
    """End the page here, which has nothing to click."""
    # First: from `st.stop` on, Streamlit ends the run at any look into the session.
    _forget()
    st.stop()


def _forget() -> None:
    # A click on the button over an image is noted apart, with the grid that it is in.
    for click in (Key.CLICKED, Key.LIKE_TILE):
        st.session_state.pop(click, None)


def _note(key: str) -> None:
    st.session_state[Key.CLICKED] = key
