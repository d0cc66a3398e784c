"""The view in the address of the page, so that it survives a reload and can be sent to somebody."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from al_core.explore.address import NAMES, View, read_view
from al_core.store import Dataset
from ui.explore import colors, filters, outlines, rings
from ui.explore.color_scale import BY_RANK, EVENLY, ColorScale, chosen_scale, store_scale
from ui.explore.gallery import PAGE_KEY, first_page, open_page
from ui.session import Key

SPREADS = {"evenly": EVENLY, "rank": BY_RANK}
"""What addresses call the spreads of colors."""

_component = st.components.v2.component(
    "address", js=Path(__file__).with_name("address.js").read_text(encoding="utf-8")
)


def open_address(dataset: Dataset) -> None:
    """Show the view that the address names, once for each time that somebody comes to the page.

    Not in later runs: while the browser has not yet written what was just changed, the address is of before.
    """
    if st.session_state.get(Key.EXPLORED) == dataset.id:
        return
    st.session_state[Key.EXPLORED] = dataset.id
    outlines.come_back(dataset)
    view = read_view({name: st.query_params.get_all(name) for name in st.query_params})
    if view is not None:
        _show(dataset, view)


def _show(dataset: Dataset, view: View) -> None:
    filters.store(dataset, view.filters)
    colors.store_color(dataset, view.color)
    if view.color:
        store_scale(dataset, view.color, ColorScale(SPREADS.get(view.spread or ""), view.limits))
    rings.store_highlight(dataset, view.highlight)
    outlines.show(dataset, view.map, view.outline)
    open_page(dataset, view.page)


def write_address(dataset: Dataset, color: str, highlight: str | None, method: str | None) -> None:
    """Have the browser write the view into the address.

    Args:
        dataset: Which is shown.
        color: What colors the map, whether or not somebody has chosen it.
        highlight: Which images have rings, if somebody has chosen.
        method: Which map is shown, if there is a choice; an outline is always with its own.
    """
    outline = outlines.current(dataset)
    scale = chosen_scale(dataset, color)
    view = View(
        colors.chosen_color(dataset),
        next((name for name, spread in SPREADS.items() if spread == scale.spread), None),
        scale.limits,
        highlight,
        filters.current(dataset),
        outline.map.partition(" ")[0] if outline else method,
        outline,
        st.session_state.get(PAGE_KEY, first_page(dataset)),
    )
    if view.color is None and scale != ColorScale():
        # A scale belongs to a column, which then has to be named.
        view = replace(view, color=color)
    _component(key="address", data={"names": list(NAMES), "parameters": view.parameters()})
