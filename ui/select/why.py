"""Why an image was picked: its place, its score, what it added, and the chosen image nearest to it."""

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.evaluation import PickReason
from al_core.exceptions import MissingInputError
from al_core.store import Dataset
from ui.images import image_url
from ui.messages import plain, plain_html


def show_why(dataset: Dataset, selection: workflow.Selection, row: int) -> None:
    """Draw why a row of a selection was picked, with the nearest image that was labeled or picked before it."""
    st.markdown("**Why this one?**")
    try:
        reasons = _reasons(dataset.image_key, selection.tag.id, dataset, selection)
    except MissingInputError as error:
        st.caption(f"Cannot be told: {plain(str(error))}.")
        return
    reason = next((reason for reason in reasons if reason.row == row), None)
    if reason is None:
        st.caption("Drawn at random for testing.")
        return
    st.caption(f"{reason_text(reason, len(reasons))}.")
    if reason.nearest_row is not None:
        [name] = dataset.filenames(np.array([reason.nearest_row]))
        address = image_url(dataset, reason.nearest_row)
        st.html(f'<img src="{address}" alt="{plain_html(name)}" style="width: 140px; border-radius: 6px">')
        st.caption(f"Nearest before it: {plain(name)}, {reason.distance:.3f} away.")


def reason_text(reason: PickReason, n_picked: int) -> str:
    """Return rank, score and added coverage in words.

    Examples:
        >>> reason_text(PickReason(row=7, rank=2, score=0.8, added_coverage=0.0123, nearest_row=3, distance=0.4), 100)
        'Pick 2 of 100 · score 0.800 · adds 1.23% to what is covered'
    """
    score = "" if reason.score is None else f" · score {reason.score:.3f}"
    return f"Pick {reason.rank:,} of {n_picked:,}{score} · adds {reason.added_coverage:.2%} to what is covered"


# A stored selection never changes, and the key of its images ends with the session that may see them.
@st.cache_data(max_entries=20, show_spinner="Looking at the picks before it…")
def _reasons(image_key: str, tag_id: str, _dataset: Dataset, _selection: workflow.Selection) -> list[PickReason]:
    return workflow.explain_selection(_dataset, _selection)
