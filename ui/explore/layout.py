"""The window divided between the map and the images beside or below it; ui/entrance.py sends layout.css."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

FOLDER = Path(__file__).parent
MAP_HEIGHT = "var(--explore-height, calc(100dvh - 16rem))"
"""Of the map, in CSS; layout.js measures what is left of the window."""

_splitter = st.components.v2.component(
    "splitter",
    css=(FOLDER / "splitter.css").read_text(encoding="utf-8"),
    js=(FOLDER / "layout.js").read_text(encoding="utf-8"),
)


def panes() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return where the map goes, and where everything about the images goes."""
    with st.container(key="explore-split", horizontal=True):
        map_pane = st.container(key="explore-map")
        _splitter(key="explore-splitter", height="stretch")
        panel = st.container(key="explore-panel")
    return map_pane, panel
