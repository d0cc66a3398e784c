"""Grids of thumbnails, drawn by the browser from `/images` addresses."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from al_core.store import Dataset
from al_core.types import Rows

PAGE_SIZE = 48

STYLE = """<style>
.thumbnails {display: grid; grid-template-columns: repeat(auto-fill, minmax(92px, 1fr)); gap: 10px;}
.thumbnails figure {margin: 0; min-width: 0;}
.thumbnails img {width: 100%; aspect-ratio: 1; object-fit: contain; border-radius: 6px; display: block;
  background: rgba(138, 148, 156, .14);}
.thumbnails figcaption {font-size: .75rem; line-height: 1.25; margin-top: 4px; opacity: .8; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums;}
</style>"""


def image_url(dataset: Dataset, row: int) -> str:
    return f"/images/{dataset.id}/{row}"


def image_grid(dataset: Dataset, rows: Rows, captions: Sequence[str], *, key: str) -> None:
    """Draw the images of `rows` in their order, a page at a time, each with its caption and filename."""
    n_pages = -(-len(rows) // PAGE_SIZE)
    start = (st.session_state.get(key, 1) - 1) * PAGE_SIZE
    if start >= len(rows):
        start = 0
    shown = np.asarray(rows[start : start + PAGE_SIZE])
    figures = [
        f'<figure title="{escape(name, quote=True)}"><img loading="lazy" src="{image_url(dataset, row)}" '
        f'alt="{escape(name, quote=True)}"><figcaption>{escape(caption)}</figcaption></figure>'
        for row, name, caption in zip(
            shown.tolist(), dataset.filenames(shown), captions[start : start + PAGE_SIZE], strict=True
        )
    ]
    st.html(f'{STYLE}<div class="thumbnails">{"".join(figures)}</div>')
    if n_pages > 1:
        st.pagination(n_pages, key=key)
