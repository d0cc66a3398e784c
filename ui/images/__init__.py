"""Grids of thumbnails, drawn by the browser from `/images` addresses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from al_core.store import Dataset
from al_core.types import Rows

# Divides evenly into 4, 6, 8 and 12 columns.
PAGE_SIZE = 48
FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "image_grid",
    css=(FOLDER / "grid.css").read_text(encoding="utf-8"),
    js=(FOLDER / "grid.js").read_text(encoding="utf-8"),
)


def image_url(dataset: Dataset, row: int | str) -> str:
    """Return the address of a sample's thumbnail; `row` may be a placeholder that the browser fills in."""
    return f"/images/{dataset.image_key}/{row}"


def image_grid(dataset: Dataset, rows: Rows, caption: Callable[[int], str], *, key: str) -> int | None:
    """Draw the images of `rows` in their order, a page at a time, and return the row that was just clicked.

    `caption` is called with positions in `rows`, only for the images of the page.
    """
    start = (st.session_state.get(key, 1) - 1) * PAGE_SIZE
    if start >= len(rows):
        # A filter has left fewer pages than the one that was open.
        start = 0
    shown = np.asarray(rows[start : start + PAGE_SIZE])
    tiles = [
        {"row": row, "src": image_url(dataset, row), "filename": name, "caption": caption(position)}
        for position, (row, name) in enumerate(zip(shown.tolist(), dataset.filenames(shown), strict=True), start)
    ]
    event = _component(key=f"{key}-images", data=tiles, on_opened_change=_rerun)
    n_pages = -(-len(rows) // PAGE_SIZE)
    if n_pages > 1:
        st.pagination(n_pages, key=key)
    opened = event.get("opened")
    return opened if opened in shown.tolist() else None


def _rerun() -> None:
    """The click itself reruns the page; Streamlit wants a callback for it."""
