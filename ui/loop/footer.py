"""The end of every page: what to do next, with the way there."""

import streamlit as st

from al_core.steps.loop import Loop, Stage
from ui.pages import page_file
from ui.rounds.next_step import NextStep, next_step

NO_DATA = NextStep("Add images or embeddings first.", "datasets", "Go to Datasets", "photo_library")


def show_footer(loop: Loop, page: str) -> None:
    """Draw the next step; on its own page without a link, which would lead nowhere."""
    step = step_of(loop)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="footer"):
        st.markdown(f":material/{step.icon}: **Next:** {step.sentence}", width="stretch")
        if step.page != page:
            st.page_link(page_file(step.page), label=step.label, icon=":material/arrow_forward:", width="content")


def step_of(loop: Loop) -> NextStep:
    """Return what is to be done next."""
    return NO_DATA if loop.current is Stage.DATA else next_step(loop.last)
