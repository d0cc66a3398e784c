"""Where the answer that a form proposes comes from: never a silent guess."""

import streamlit as st

from al_core.steps.empty_images import EarlierAnswer
from al_core.text import percent
from ui.messages import plain


def show_earlier_answer(earlier: EarlierAnswer | None, answer: str) -> None:
    """Draw, below the question, what was answered before, and why it is not proposed if it is not."""
    if earlier is None:
        return
    before = f"For “{plain(earlier.name)}” the answer was “{answer}”"
    if earlier.holds:
        st.caption(f"{before}, so it is proposed here.")
        return
    shares = f"{percent(earlier.share_before)} of the images then, {percent(earlier.share_now)} now"
    st.caption(f"{before}, but there are far more of them in this file ({shares}).")
