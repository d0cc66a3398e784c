"""The images that the filters let through."""

import math
from collections.abc import Callable

import numpy as np
import streamlit as st

from al_core.explore.filters import Mask
from al_core.store import Dataset
from al_core.types import Rows
from ui.explore.actions import actions
from ui.explore.columns import Column
from ui.explore.groups import class_captions
from ui.explore.object_filter import shape_filter
from ui.explore.similar import similar_actions
from ui.images import image_grid
from ui.messages import plain
from ui.sample import show_sample
from ui.session import Key

PAGE_KEY = "explored-page"


def show_images(
    dataset: Dataset, mask: Mask, column: Column | None, title: str, reasons: list[str], order: Rows | None = None
) -> None:
    """Draw the images of the mask and what can be done with them.

    They come in the order given, otherwise those with the highest value of the column first, which has that title.
    """
    rows = _highest_first(column, len(mask)) if order is None else order
    rows = rows[mask[rows]]
    st.markdown("**Images**" + _order_in_words(title, order))
    with st.container(key="explore-actions", horizontal=True, vertical_alignment="center"):
        actions(dataset, rows, reasons)
        similar_actions(dataset)
    if not len(rows):
        st.info("No image passes all filters at once. Remove one above.", icon=":material/filter_alt_off:")
        return
    if not dataset.has_images:
        st.caption("No image folder set: choose it on the Datasets page.")
    opened = image_grid(
        dataset,
        rows,
        captions_of(column, rows),
        key=PAGE_KEY,
        classes=class_captions(dataset),
        shapes=shape_filter(dataset),
        first_page=first_page(dataset),
        is_on_explore=True,
    )
    if opened is not None:
        show_sample(dataset, opened, is_on_explore=True, among=rows)


def first_page(dataset: Dataset) -> int:
    """Return the page that was open when somebody came to the page of the dataset."""
    page: int = st.session_state.get(Key.FIRST_PAGES, {}).get(dataset.id, 1)
    return page


def open_page(dataset: Dataset, page: int) -> None:
    """Open a page of the images, for somebody who has just come."""
    st.session_state.setdefault(Key.FIRST_PAGES, {})[dataset.id] = page


def _highest_first(column: Column | None, n_samples: int) -> Rows:
    return column.highest_first() if column else np.arange(n_samples, dtype=np.int64)


def _order_in_words(title: str, order: Rows | None) -> str:
    if order is not None:
        return ", most similar first"
    return f", highest {plain(title)} first" if title else ""


def captions_of(column: Column | None, rows: Rows) -> Callable[[int], str]:
    """Return what is said below each of the rows, by its position among them."""
    if column is None:
        return lambda position: f"{rows[position]:,}"
    # A value that is taken from a mapped file as such costs more than its text.
    values = np.asarray(column.values)
    is_score = column.is_score
    return lambda position: _figure(values.item(rows[position]), is_score=is_score)


def _figure(value: float, *, is_score: bool) -> str:
    if math.isnan(value):
        return "no value"
    # Whole numbers may be stored as floats, which can be missing.
    return f"{value:,.0f}" if not is_score and float(value).is_integer() else f"{value:.3f}"
