"""The section that makes a new dataset, a tab for each way."""

import streamlit as st

from al_core.remote import RemoteWorkspace
from ui.datasets.dropping import drop_form
from ui.datasets.from_embeddings import embeddings_form
from ui.datasets.image_folder import folder_form
from ui.examples import show_examples


def new_dataset(remote: RemoteWorkspace | None) -> None:
    """Draw the section; `remote` is the server whose workspace is open."""
    st.subheader("New dataset")
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
