"""What can be done with the images that the filters let through."""

from pathlib import Path

import streamlit as st

from al_core.explore.filters import Filters
from al_core.store import Dataset, Kind, Provenance, TagOrigin, TagRole
from al_core.text import counted
from al_core.types import Rows
from ui.clicks import clicked
from ui.explore import filters
from ui.explore.similar import show_similar
from ui.explore.view import clear_lasso
from ui.messages import errors_explained
from ui.pages import page_file
from ui.reruns import rerun
from ui.select.tags import choose_query
from ui.session import Key, key_of, next_round, round_of
from ui.tags.created import say_created
from ui.visitor import obstacle

# The browser follows the link, because `st.switch_page` may end on an empty page while a job is watched: the browser
# clears the page when the answer to a tick of the page before comes after it. A link stops the ticks first.
_follow_link = st.components.v2.component(
    "follow_link",
    js=Path(__file__).with_name("follow_link.js").read_text(encoding="utf-8"),
)


def actions(dataset: Dataset, rows: Rows, reasons: list[str]) -> None:
    """Draw a name field and buttons: new tag, query set, download; `reasons` say how `rows` came about."""
    # In each run until another page opens: the next run, of a map that has just come, may be faster than the browser.
    if st.session_state.get(Key.GO_TO_SELECT, False):
        _go_on_to_select()
    name = _name_field(dataset)
    empty = None if len(rows) else "No image is left: remove a filter first"
    tag_obstacle = obstacle(empty)
    is_tagged = clicked(
        "New tag",
        key="new-tag",
        icon=":material/new_label:",
        reason=tag_obstacle,
        hint=f"Store {counted(len(rows), 'image')} under the name on the left",
    )
    is_query = clicked(
        "Select from these",
        key="select-from-these",
        icon=":material/rule:",
        reason=tag_obstacle,
        hint=f"Store {counted(len(rows), 'image')} as a tag and open Select to choose from it",
    )
    nothing_to_find = empty or _nothing_to_find(dataset, rows)
    is_similar = clicked(
        "Find similar",
        key="find-similar-to-these",
        icon=":material/image_search:",
        reason=nothing_to_find,
        hint=f"Shows the images most like the mean of these {counted(len(rows), 'image')}",
    )
    _download_button(dataset, rows, empty)
    if is_similar and show_similar(dataset, rows, f"the mean of {counted(len(rows), 'image')}"):
        # Those like them are others, which the filters do not let through.
        filters.store(dataset, Filters())
        clear_lasso(dataset)
        rerun()
    if is_tagged or is_query:
        with errors_explained():
            provenance = Provenance("exploring", filters=tuple(reasons), role=TagRole.REGION)
            tag = dataset.create_tag(name, rows, TagOrigin(provenance=provenance))
            say_created(dataset, tag)
            next_round(Key.TAG_NAME_ROUND)
            if is_query:
                choose_query(dataset, tag)
                st.session_state[Key.GO_TO_SELECT] = True
            rerun()


def _nothing_to_find(dataset: Dataset, rows: Rows) -> str | None:
    if not dataset.arrays.all(Kind.EMBEDDING):
        return "Images are compared by embeddings: add them on the Datasets page first"
    if len(rows) == dataset.n_samples:
        return "Draw around some images, or filter: others like them are found"
    return None


def _go_on_to_select() -> None:
    with st.container(key="go-to-select", width="content"):
        st.page_link(page_file("select"), label="Go on to Select", icon=":material/arrow_forward:")
    _follow_link(key="follow-to-select", data={"container": "go-to-select"})


def _name_field(dataset: Dataset) -> str:
    free_name = dataset.free_tag_name("explored-")
    return st.text_input(
        "Name of the tag",
        free_name,
        # Another key after each tag makes another field: the same one would keep what was typed.
        key=key_of("tag-name", free_name, str(round_of(Key.TAG_NAME_ROUND))),
        label_visibility="collapsed",
        width=130,
        help="Of the new tag: letters, digits, spaces and . : ; = @ _ + -",
    )


def _download_button(dataset: Dataset, rows: Rows, empty: str | None) -> None:
    st.download_button(
        "Filenames",
        lambda: "".join(f"{name}\n" for name in dataset.filenames(rows)),
        file_name=f"{dataset.name}-selection.txt",
        mime="text/plain",
        icon=":material/download:",
        # No rerun, which would draw the whole page for nothing.
        on_click="ignore",
        disabled=bool(empty),
        help=empty or f"Download {counted(len(rows), 'filename')}, one per line, in the order shown",
    )
