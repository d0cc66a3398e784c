"""Clicks that no rerun loses.

Streamlit tells of a click in one run only. If that run is cut short before it comes to the button, by the end of a job
or by a `st.rerun` further up, the next one knows nothing of it. A callback comes before all else in a run: it notes the
click, and the first run that comes to the button does what was asked.
"""

from typing import Literal

import streamlit as st

from ui.session import Key


def clicked(
    label: str, *, key: str, icon: str, kind: Literal["primary", "secondary"], reason: str | None, hint: str
) -> bool:
    """Draw a button and return, once, whether somebody has clicked it.

    Args:
        label: What it does, as Markdown.
        key: A name of its own in the session.
        icon: In front of the label.
        kind: Primary if it is what comes next.
        reason: Why it is disabled, or None.
        hint: What a click brings.
    """
    st.button(
        label, key=key, icon=icon, type=kind, disabled=bool(reason), help=reason or hint, on_click=_note, args=(key,)
    )
    if st.session_state.get(Key.CLICKED) != key:
        return False
    forget_click()
    return True


def forget_click() -> None:
    """Forget a click at the end of a page: what it was meant for is gone."""
    st.session_state.pop(Key.CLICKED, None)


def _note(key: str) -> None:
    st.session_state[Key.CLICKED] = key
