"""Running the page again without taking somebody back who has left it."""

from typing import NoReturn

import streamlit as st


def rerun() -> NoReturn:
    """Run the page again, or the one that somebody has gone to while this run was at work.

    `st.rerun` asks for this page, in place of what the browser has asked for meanwhile: whoever pressed Back or a link
    while a selection was started stayed where they were.
    """
    # Whatever is drawn lets what the browser has asked for go first.
    st.empty()
    st.rerun()
