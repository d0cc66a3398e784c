"""What can be done with the images that the filters let through."""

import streamlit as st

from al_core.store import Dataset, Provenance, TagOrigin, TagRole
from al_core.text import counted
from al_core.types import Rows
from ui.messages import errors_explained, notify
from ui.select.tags import choose_query
from ui.session import key_of
from ui.visitor import obstacle


def actions(dataset: Dataset, rows: Rows, reasons: list[str]) -> None:
    """Draw a name field and buttons: new tag, query set, download; `reasons` say how `rows` came about."""
    name = _name_field(dataset)
    empty = None if len(rows) else "No image is left: remove a filter first"
    tag_obstacle = obstacle(empty)
    is_tagged = st.button(
        "New tag",
        icon=":material/new_label:",
        disabled=bool(tag_obstacle),
        help=tag_obstacle or f"Store {counted(len(rows), 'image')} under the name on the left",
    )
    is_query = st.button(
        "Select from these",
        icon=":material/rule:",
        disabled=bool(tag_obstacle),
        help=tag_obstacle or f"Store {counted(len(rows), 'image')} as a tag and open Select to choose from it",
    )
    _download_button(dataset, rows, empty)
    if is_tagged or is_query:
        with errors_explained():
            provenance = Provenance("exploring", filters=tuple(reasons), role=TagRole.REGION)
            tag = dataset.create_tag(name, rows, TagOrigin(provenance=provenance))
            notify(f"Created “{tag.name}” with {counted(tag.size, 'image')}")
            if is_query:
                choose_query(dataset, tag)
                st.switch_page("../pages/select.py")
            st.rerun()


def _name_field(dataset: Dataset) -> str:
    free_name = _free_name(dataset)
    return st.text_input(
        "Name of the tag",
        free_name,
        # A new name needs a new field: the old one keeps what was typed.
        key=key_of("tag-name", free_name),
        label_visibility="collapsed",
        width=170,
        help="Of the new tag: letters, digits, spaces and . : ; = @ _ + -",
    )


def _download_button(dataset: Dataset, rows: Rows, empty: str | None) -> None:
    st.download_button(
        "Filenames",
        lambda: "".join(f"{name}\n" for name in dataset.filenames(rows)),
        file_name=f"{dataset.name}-selection.txt",
        mime="text/plain",
        icon=":material/download:",
        on_click="ignore",
        disabled=bool(empty),
        help=empty or f"Download {counted(len(rows), 'filename')}, one per line, in the order shown",
    )


def _free_name(dataset: Dataset) -> str:
    names = {tag.name for tag in dataset.tags()}
    number = 1
    while f"explored-{number}" in names:
        number += 1
    return f"explored-{number}"
