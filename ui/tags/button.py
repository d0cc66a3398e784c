"""The button that makes a tag of what a page shows."""

from collections.abc import Callable

import streamlit as st

from al_core.store import Tag
from ui.messages import errors_explained, notify
from ui.visitor import obstacle


def tag_button(label: str, create: Callable[[], Tag], *, key: str, hint: str, empty: str | None = None) -> None:
    """Draw a button that creates a tag and says so; `empty` is why there is nothing to tag."""
    reason = obstacle(empty)
    if st.button(label, key=key, icon=":material/sell:", disabled=bool(reason), help=reason or hint):
        with errors_explained():
            tag = create()
            notify(f"Created the tag “{tag.name}”")
            st.rerun()
