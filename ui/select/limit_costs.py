"""What the limits of a selection cost and could not get, and what it holds of each class and group."""

import streamlit as st

from al_core import workflow
from al_core.config import PREDICTED_CLASS
from al_core.config.goals import by_in_words
from al_core.exceptions import ALCoreError
from al_core.steps.limit_costs import LARGEST_SMALL, GroupCounts, LimitCost, counted_groupings
from al_core.steps.outlook import shortfalls
from al_core.store import Dataset
from al_core.text import capitalized
from ui.messages import plain
from ui.row_table import Column, Line, row_table
from ui.session import key_of


def show_shortfalls(dataset: Dataset, selection: workflow.Selection) -> None:
    """Say which least numbers the selection did not reach."""
    try:
        texts = shortfalls(dataset, selection)
    except ALCoreError:
        # What the limits speak of has been deleted since; the card says so.
        return
    for text in texts:
        st.warning(f"{plain(text)}.", icon=":material/production_quantity_limits:")


def show_limit_costs(dataset: Dataset, selection: workflow.Selection) -> None:
    """Say what each limit cost; on a large dataset, where it takes a while, once somebody asks."""
    if not selection.config.limits:
        return
    key = key_of("limit-costs", selection.tag.id)
    is_asked = dataset.n_samples <= LARGEST_SMALL or st.session_state.get(key, False)
    if not is_asked:
        st.button(
            "What does each limit cost?",
            icon=":material/price_check:",
            on_click=lambda: st.session_state.update({key: True}),
            help="Selects once more without each of them, and compares what is covered",
        )
        return
    try:
        costs = _costs(dataset.image_key, selection.tag.id, dataset, selection)
    except ALCoreError as error:
        st.caption(f"What the limits cost is unknown: {plain(str(error))}.")
        return
    st.markdown("**What the limits cost**", help="The same selection without each of them, which is not stored")
    for cost in costs:
        st.caption(f"{plain(capitalized(cost.text))}.")


def show_group_counts(dataset: Dataset, selection: workflow.Selection) -> None:
    """Draw a table for each grouping: the pool, the selection and RANDOM."""
    if not counted_groupings(selection.config):
        # It would count the predicted classes alone, in 20 RANDOM draws, which the card has drawn.
        return
    try:
        tables = _counts(dataset.image_key, selection.tag.id, dataset, selection)
    except ALCoreError:
        # The card, which needs the same, has said why.
        return
    for place, counts in enumerate(tables):
        if counts.by == by_in_words(PREDICTED_CLASS):
            # The card has drawn them.
            continue
        with st.expander(f"Images by {plain(counts.by)}"):
            row_table(f"Images by {counts.by}", _columns(counts), _lines(counts), key=f"group-counts-{place}")


def _columns(counts: GroupCounts) -> list[Column]:
    figures = ("selected", "RANDOM (mean)", "to choose from")
    return [Column(counts.by), *(Column(title, is_number=True) for title in figures)]


def _lines(counts: GroupCounts) -> list[Line]:
    rows = zip(counts.names, counts.picked, counts.random, counts.pool, strict=True)
    return [Line(name, [name, f"{picked:,}", f"{random:,.1f}", f"{pool:,}"]) for name, picked, random, pool in rows]


# A stored selection never changes, and the key of its images ends with the session that may see them.
@st.cache_data(max_entries=20, show_spinner="Selecting without each limit…")
def _costs(image_key: str, tag_id: str, _dataset: Dataset, _selection: workflow.Selection) -> list[LimitCost]:
    return workflow.limit_costs(_dataset, _selection)


@st.cache_data(max_entries=20, show_spinner="Counting classes and groups…")
def _counts(image_key: str, tag_id: str, _dataset: Dataset, _selection: workflow.Selection) -> list[GroupCounts]:
    return workflow.group_counts(_dataset, _selection)
