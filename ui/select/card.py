"""A selection against RANDOM before any label is paid for: one strip and one sentence of fact for each figure."""

from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.evaluation import Card, Strip
from al_core.exceptions import MissingInputError
from al_core.store import Dataset
from ui.images import image_grid
from ui.messages import plain
from ui.sample import show_sample

STYLE = f"<style>{Path(__file__).with_name('card.css').read_text(encoding='utf-8')}</style>"
# Ticks at the very ends would be cut in half.
_MARGIN = 0.04


def show_card(dataset: Dataset, selection: workflow.Selection) -> None:
    """Draw the card of a selection, which the first one to look at it waits for."""
    st.markdown(
        "**Against RANDOM**",
        help="Each gray tick is one of 20 RANDOM draws of as many images under the same limits; the blue one is this "
        "selection. Measured without labels: only labels can tell whether the selection teaches more",
    )
    try:
        with st.spinner("Comparing with 20 RANDOM draws…", show_time=True):
            card = workflow.selection_card(dataset, selection)
    except MissingInputError as error:
        st.caption(f"Cannot be compared: {plain(str(error))}.")
        return
    _show_figures(card)
    if card.is_worse:
        verdict = card.verdict()
        st.warning(f"{verdict[0].upper()}{verdict[1:]}.", icon=":material/trending_down:")
    _show_regions(dataset, selection, card)


def strip_html(strip: Strip, sentence: str, scale: tuple[float, float] | None = None) -> str:
    """Return the ticks of a figure, read aloud as its sentence.

    The scale spans what is shown, so that ticks are told apart, or from one end to the other of `scale`; the sentence
    has the numbers.
    """
    values = [*strip.random, strip.selected]
    low, high = scale or (min(values), max(values))
    span = high - low or 1.0

    def tick(value: float, kind: str) -> str:
        place = 100 * (_MARGIN + (1 - 2 * _MARGIN) * (value - low) / span)
        return f'<i class="{kind}" style="left: {place:.2f}%"></i>'

    ticks = "".join(tick(value, "random") for value in strip.random) + tick(strip.selected, "selected")
    return f'<div class="card-strip" role="img" aria-label="{escape(sentence, quote=True)}">{ticks}</div>'


def _show_figures(card: Card) -> None:
    strips = (card.coverage, card.redundancy, card.far_distance)
    for strip, sentence in zip(strips, card.sentences(), strict=True):
        st.html(STYLE + strip_html(strip, sentence))
        st.caption(f"{sentence[0].upper()}{sentence[1:]}.")


def _show_regions(dataset: Dataset, selection: workflow.Selection, card: Card) -> None:
    if not card.regions:
        return
    with st.expander("Largest regions that it leaves uncovered"):
        rows = np.array([region.row for region in card.regions])
        texts = [region.text() for region in card.regions]
        opened = image_grid(dataset, rows, texts.__getitem__, key=f"uncovered-{selection.tag.id}")
        if opened is not None:
            show_sample(dataset, opened)
