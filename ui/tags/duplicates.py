"""Samples that repeat others, as a tag."""

import streamlit as st

from al_core.jobs import JobState
from al_core.steps.tags import tag_duplicates
from al_core.store import Dataset
from al_core.text import counted
from al_core.types import Progress
from ui import state

SEEN = "duplicates-seen"


def duplicates_form(dataset: Dataset) -> None:
    embeddings = [stored.name for stored in dataset.arrays.all("embedding")]
    st.caption("Of samples that look alike the first is left out of the tag: the tag holds what need not be labeled.")
    threshold = st.slider(
        "Largest distance",
        0.0,
        1.0,
        0.3,
        0.05,
        help="Between embeddings of length 1. With the built-in model 0.1 finds copies saved anew, 0.3 most that were "
        "shifted, scaled or blurred as well. Equal files are found at any distance",
    )
    name = st.text_input("Name of the tag", "duplicates", key="duplicates-name", help="It is stored as a new tag")
    key = f"duplicates:{dataset.id}"
    job = state.show_job(key, unit="samples")
    if job and job.state is JobState.FINISHED and job.id != st.session_state.get(SEEN):
        st.session_state[SEEN] = job.id
        found = job.result
        state.notify(
            f"Created “{found.name}” with {counted(found.size, 'sample')}" if found else "There are no duplicates"
        )
        st.rerun()

    def work(progress: Progress) -> object:
        return tag_duplicates(dataset, threshold=threshold, name=name, progress=progress)

    is_ready = bool(embeddings and name)
    if st.button(
        "Find duplicates", disabled=not is_ready, help=None if is_ready else "Embeddings and a name come first"
    ):
        with state.errors_explained():
            dataset.check_tag_name(name)
            state.run_job(key, "Looking for duplicates", work)
            st.rerun()
