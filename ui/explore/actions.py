"""What can be done with the samples that the filters let through."""

import streamlit as st

from al_core.store import Dataset, TagRole
from al_core.text import counted
from al_core.types import Rows
from ui import state
from ui.select.tags import choose_query


def actions(dataset: Dataset, rows: Rows, reasons: list[str]) -> None:
    """Draw a name field and buttons: new tag, query set, download; `reasons` say how `rows` came about."""
    nothing = None if len(rows) else "No sample is left: remove a filter first"
    free_name = _free_name(dataset)
    name = st.text_input(
        "Name of the tag",
        free_name,
        key=f"name-instead-of-{free_name}",
        label_visibility="collapsed",
        width=170,
        help="Of the new tag: letters, digits, spaces and . : ; = @ _ + -",
    )
    is_tagged = st.button(
        "New tag",
        icon=":material/new_label:",
        disabled=bool(nothing),
        help=nothing or f"Keep {counted(len(rows), 'sample')} under the name on the left",
    )
    is_query = st.button(
        "Select from these",
        icon=":material/rule:",
        disabled=bool(nothing),
        help=nothing or f"Make a tag of {counted(len(rows), 'sample')} and open Select with it as the query set",
    )
    st.download_button(
        "Filenames",
        lambda: "".join(f"{name}\n" for name in dataset.filenames(rows)),
        file_name=f"{dataset.name}-selection.txt",
        mime="text/plain",
        icon=":material/download:",
        on_click="ignore",
        disabled=bool(nothing),
        help=nothing or f"Download {counted(len(rows), 'filename')}, one a line, in the order shown",
    )
    if is_tagged or is_query:
        with state.errors_explained():
            facts = {"role": TagRole.REGION, "operation": "exploring", "filters": reasons}
            tag = dataset.create_tag(name, rows, facts=facts)
            state.notify(f"Created “{tag.name}” with {counted(tag.size, 'sample')}")
            if is_query:
                choose_query(dataset, tag)
                st.switch_page("../pages/select.py")
            st.rerun()


def _free_name(dataset: Dataset) -> str:
    taken = {tag.name for tag in dataset.tags()}
    return next(name for number in range(1, len(taken) + 2) if (name := f"explored-{number}") not in taken)
