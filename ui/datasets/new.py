"""The section that makes a new dataset, a tab for each way; folded up where cards fill the window."""

from contextlib import AbstractContextManager

import streamlit as st

from al_core.remote import RemoteWorkspace
from al_core.store import Dataset
from ui.datasets.demos import offer_demos
from ui.datasets.dropping import drop_form, has_dropped, unfinished_drops
from ui.datasets.from_embeddings import embeddings_form
from ui.datasets.image_folder import folder_form, is_folder_watched
from ui.examples import show_examples
from ui.session import Key

MOST_UNFOLDED = 6
"""Datasets that leave the forms in sight: two rows of cards in a window of 1440 pixels."""


def are_forms_folded(datasets: list[Dataset]) -> bool:
    """Return whether the forms of the page are folded up, which holds for the whole session.

    A form that moved because of the dataset that it has just begun would interrupt the browser, which sends its images.
    """
    folded: bool = st.session_state.setdefault(Key.FORMS_FOLDED, len(datasets) > MOST_UNFOLDED)
    return folded


def foldable(title: str, icon: str, *, is_folded: bool, is_open: bool = False) -> AbstractContextManager[object]:
    """Return where a form is drawn: below its title, or in what a click on the title unfolds."""
    if is_folded:
        return st.expander(title, expanded=is_open, icon=icon)
    st.subheader(title)
    return st.container()


def new_dataset(remote: RemoteWorkspace | None, *, is_folded: bool) -> None:
    """Draw the section; `remote` is the server whose workspace is open."""
    is_open = is_folded and (has_dropped() or is_folder_watched() or (remote is None and bool(unfinished_drops())))
    with foldable("New dataset", ":material/add_photo_alternate:", is_folded=is_folded, is_open=is_open):
        _ways(remote)
        if not remote:
            offer_demos()


def _ways(remote: RemoteWorkspace | None) -> None:
    dropped, from_folder, from_embeddings = st.tabs(
        # With a key it stays where it is when the list above it grows.
        ["Drop images", "A folder on this machine", "From embeddings"],
        key="new-dataset-from",
    )
    with dropped:
        if remote:
            _say_how_to_send(remote)
        else:
            drop_form()
    with from_folder:
        if remote:
            _say_how_to_send(remote)
        else:
            folder_form()
    with from_embeddings:
        embeddings_form()
        show_examples("embeddings", "filenames")


def _say_how_to_send(remote: RemoteWorkspace) -> None:
    st.info(
        "The server cannot read images on this machine. Embed them here and send embeddings and thumbnails: "
        f"`al-core embed FOLDER --dataset NAME --server {remote.server}` with the token in AL_CORE_TOKEN.",
        icon=":material/terminal:",
    )
