"""One thing in a list, such as a model: its name above what it is, and its buttons beside them."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def draw_entry(name: str, description: str) -> DeltaGenerator:
    """Draw the card of one thing, both texts as Markdown, and return the place of its buttons.

    The buttons stand at the right, or below where the card is too narrow for both.
    """
    card = st.container(border=True, horizontal=True, vertical_alignment="center")
    texts = card.container(gap=None)
    texts.markdown(name)
    texts.caption(description)
    return card.container(horizontal=True, width="content")
