"""A selection against RANDOM before any label is paid for: one strip and one sentence of fact for each figure."""

from html import escape

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.evaluation import Card, CardFigure, PredictedClasses, Strip
from al_core.exceptions import MissingInputError
from al_core.steps.card import figures_with_price
from al_core.store import Dataset
from al_core.text import capitalized, counted, percent
from ui.bars import Bar, Place, bar_chart, legend_html, round_steps
from ui.charts import BLUE, GRAY
from ui.images import image_grid
from ui.messages import one_line, plain
from ui.sample import show_sample

# Ticks at the very ends would be cut in half.
_MARGIN = 0.04
MOST_BARS = 20
"""Classes beside each other; the names of more would not be read."""
BARS_HEIGHT = 180
POOL_COLOR = "rgba(128, 134, 139, 0.35)"


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
    left_out = card.left_out_text()
    if left_out:
        st.caption(f":material/crop_free: {capitalized(left_out)}.")
    _show_figures(figures_with_price(card, workflow.round_plan(dataset), len(selection.picked_rows)))
    if card.is_worse:
        verdict = card.verdict()
        st.warning(f"{capitalized(verdict)}.", icon=":material/trending_down:")
    if card.classes:
        _show_classes(card.classes)
    _show_regions(dataset, selection, card)


def strip_html(strip: Strip, sentence: str, scale: tuple[float, float] | None = None) -> str:
    """Return the ticks of a figure, read aloud as its sentence.

    The scale spans what is shown, so that ticks are told apart, or from one end to the other of `scale`; the sentence
    has the numbers.
    """
    values = [*strip.random, strip.selected]
    low, high = scale or (min(values), max(values))

    def tick(value: float, kind: str) -> str:
        share = (value - low) / (high - low) if high > low else 0.5
        place = 100 * (_MARGIN + (1 - 2 * _MARGIN) * share)
        return f'<i class="{kind}" style="left: {place:.2f}%"></i>'

    ticks = "".join(tick(value, "random") for value in strip.random) + tick(strip.selected, "selected")
    return f'<div class="card-strip" role="img" aria-label="{escape(sentence, quote=True)}">{ticks}</div>'


def _show_figures(figures: list[CardFigure]) -> None:
    for figure in figures:
        if figure.strip.low < figure.strip.high or figure.strip.selected != figure.strip.low:
            # Where all are equal there is nothing to tell apart.
            st.html(strip_html(figure.strip, figure.sentence))
        st.caption(f"{plain(capitalized(figure.sentence))}.")


def _show_classes(classes: PredictedClasses) -> None:
    with st.expander("Predicted classes", icon=":material/category:"):
        st.caption(f"{plain(classes_text(classes))}.")
        st.html(classes_chart(classes))


def classes_text(classes: PredictedClasses) -> str:
    """Return which class the picks have more of than the pool, and of which they have less.

    Examples:
        >>> classes_text(PredictedClasses(("cat", "dog"), (0.75, 0.25), (0.7, 0.3), (0.5, 0.5)))
        'farthest above the pool “dog”: 50.0% of the picks, 25.0% of the pool; farthest below “cat”: 50.0%, 75.0%'
    """
    gains = np.subtract(classes.selected, classes.pool)
    most = int(gains.argmax())
    least = int(gains.argmin())
    # Both sides add up to 1: if none gains, all are equal.
    if gains[most] <= 0:
        return "shared among the classes as in the pool"
    return (
        f"farthest above the pool “{classes.names[most]}”: {percent(classes.selected[most])} of the picks, "
        f"{percent(classes.pool[most])} of the pool; farthest below “{classes.names[least]}”: "
        f"{percent(classes.selected[least])}, {percent(classes.pool[least])}"
    )


def classes_chart(classes: PredictedClasses) -> str:
    """Return, as HTML, the shares of the pool's most frequent classes there, in RANDOM's draws and among the picks."""
    parts = (
        ("pool", classes.pool, POOL_COLOR),
        ("RANDOM, mean of 20", classes.random, GRAY),
        ("selected", classes.selected, BLUE),
    )
    names = [one_line(name) for name in classes.names[:MOST_BARS]]
    drawn = [share for _, shares, _ in parts for share in shares[: len(names)]]
    # Empty bars need an axis too.
    top = max(drawn, default=0.0) or 1.0
    places = [
        Place(
            tuple(Bar(shares[number] / top, color) for _, shares, color in parts),
            "\n".join([name, *(f"{part}: {percent(shares[number])}" for part, shares, _ in parts)]),
            name,
        )
        for number, name in enumerate(names)
    ]
    legend = legend_html([(name, color) for name, _, color in parts])
    summary = f"Shares of the predicted classes, {one_line(classes_text(classes))}"
    return legend + bar_chart(summary, places, height=BARS_HEIGHT, steps=round_steps(100 * top, "%"))


def _show_regions(dataset: Dataset, selection: workflow.Selection, card: Card) -> None:
    if not card.regions:
        return
    with st.expander("Largest regions that it leaves uncovered", icon=":material/blur_off:", expanded=True):
        rows = np.array([region.row for region in card.regions])
        texts = [f"≈ {counted(region.n_rows, 'image')}" for region in card.regions]
        st.caption("No image like these is chosen; below each, about how many there are.")
        opened = image_grid(dataset, rows, texts.__getitem__, key=f"uncovered-{selection.tag.id}")
        if opened is not None:
            show_sample(dataset, opened, among=rows)
