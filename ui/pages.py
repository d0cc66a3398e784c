"""The pages of the dashboard, in the order of its menu."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

ROOT = Path(__file__).resolve().parent.parent
FIRST = "explore"
"""Where `/` leads: the map says what the product does better than a list of datasets."""

ICONS = {
    "datasets": "photo_library",
    "predictions": "upload_file",
    "explore": "scatter_plot",
    "select": "rule",
    "compare": "balance",
    "rounds": "trending_up",
    "tags": "sell",
}
"""The icon of each page, by the page's name in files and addresses."""


def page_file(name: str) -> str:
    """Return what Streamlit's links call a page."""
    return str(ROOT / "pages" / f"{name}.py")


def listed_pages() -> list[StreamlitPage]:
    """Return the pages of the menu, behind the page at `/`, which leads to the first of them."""
    start = st.Page(_start, title="al_core", default=True, visibility="hidden")
    listed = [
        st.Page(page_file(name), title=name.capitalize(), icon=f":material/{icon}:", url_path=name)
        for name, icon in ICONS.items()
    ]
    return [start, *listed]


def _start() -> None:
    # The server leads browsers from `/` to the first page; tests and embedders that have no server come here.
    st.switch_page(page_file(FIRST), query_params=st.query_params.to_dict())
