"""The Python code that does what a page does, folded up."""

from collections.abc import Callable

import streamlit as st


def show_snippet(key: str, code: Callable[[], str]) -> None:
    """Draw the place of a snippet, which is written only while it is open."""
    folded = st.expander("Python code", icon=":material/code:", key=key, on_change="rerun")
    if folded.open:
        # What colors code is 440 kB for the browser, a third of a page.
        folded.code(code(), language="python")
