"""What only the browser can do: the dataset in its address without another entry in its history, and its cookies."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "browser", js=Path(__file__).with_name("browser.js").read_text(encoding="utf-8")
)
HIDDEN = "<style>.st-key-browser {display: none}</style>"
A_YEAR = 365 * 24 * 3600
CLOSED = "closed"


def tell_browser(*, page: str, dataset_id: str | None, closed_hints: tuple[str, ...]) -> None:
    """Write the open dataset into the address, and remember which hints somebody has closed.

    Streamlit's own way to set a parameter adds an entry to the history, and going back would take two presses.
    """
    cookies = [f"{cookie_name(hint)}={CLOSED}; Max-Age={A_YEAR}; Path=/; SameSite=Strict" for hint in closed_hints]
    with st.container(key="browser"):
        st.html(HIDDEN)
        # With the page in it the script runs on each, although the element stays.
        _component(key="in-the-browser", data={"page": page, "dataset": dataset_id, "cookies": cookies})


def was_closed(hint: str) -> bool:
    """Return whether this browser has closed a hint in an earlier session."""
    return st.context.cookies.get(cookie_name(hint)) == CLOSED


def cookie_name(hint: str) -> str:
    """Return the cookie that remembers a hint."""
    return f"al_core_hint_{hint}"
