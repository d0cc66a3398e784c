"""A tag from a list of filenames, to continue a project begun elsewhere."""

import streamlit as st

from al_core.formats import read_filenames
from al_core.steps.tags import tag_filenames
from al_core.store import Dataset, TagRole
from al_core.text import counted
from ui import state
from ui.file_drop import chosen_file

ROUND = "filename-list-round"


def filename_tag_form(dataset: Dataset) -> None:
    st.caption("Samples labeled elsewhere become a tag that Select goes on from; any other list becomes a region.")
    key = f"filename-list-{st.session_state.get(ROUND, 0)}"
    file = chosen_file("Filenames", ["txt", "csv", "json"], key, "One filename per line, a CSV column, or a JSON list")
    name = st.text_input("Name of the tag", "labeled", key="filename-list-name", help="It is stored as a new tag")
    is_labeled = st.checkbox(
        "These samples are labeled already",
        value=True,
        key="filename-list-labeled",
        help="Select then proposes the tag as the labeled set: its samples are not selected again. Untick it for any "
        "other list, such as samples to select from",
    )
    is_ready = bool(file and name)
    if st.button("Create the tag", disabled=not is_ready, help=None if is_ready else "A list and a name come first"):
        with state.errors_explained():
            role = TagRole.LABELED if is_labeled else TagRole.REGION
            tag, report = tag_filenames(dataset, read_filenames(file), name, source=file.name, role=role)
            unknown = f"; {counted(len(report.unknown), 'filename')} not in the dataset" if report.unknown else ""
            state.notify(f"Created “{tag.name}” with {counted(tag.size, 'sample')}{unknown}")
            state.discard_staged(file)
            st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
            st.rerun()
