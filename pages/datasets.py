import streamlit as st

from ui import state
from ui.datasets.arrival import show_appending, show_arrival
from ui.datasets.deleted import deleted_datasets
from ui.datasets.demos import offer_demos
from ui.datasets.from_embeddings import embeddings_form
from ui.datasets.image_folder import folder_form
from ui.datasets.listing import list_datasets
from ui.datasets.metadata import metadata_form
from ui.datasets.remote import remote_form
from ui.examples import show_examples
from ui.messages import plain

st.title("Datasets")
remote = state.remote_workspace()
place = f"These are on {plain(remote.server)}." if remote else "Everything stays on this machine."
st.caption(f"Your images, and what the model sees in them. {place}")
current = state.dataset()
datasets = state.datasets()
if state.is_dataset_gone():
    state.say_dataset_is_gone()
if not datasets:
    st.info("No datasets yet. Create one below, or restore the demo.", icon=":material/photo_library:")
show_appending(datasets)
list_datasets(datasets, current)
if current:
    show_arrival(current)
if not remote:
    deleted_datasets(state.local_workspace())
    offer_demos()
    remote_form()
st.subheader("New dataset")
from_images, from_embeddings = st.tabs(
    # With a key it stays where it is when the list above it grows.
    ["From a folder of images", "From embeddings"],
    key="new-dataset-from",
)
with from_images:
    if remote:
        st.info(
            "The server cannot read images on this machine. Embed them here and send embeddings and thumbnails: "
            f"`al-core embed FOLDER --dataset NAME --server {remote.server}` with the token in AL_CORE_TOKEN.",
            icon=":material/terminal:",
        )
    else:
        folder_form()
with from_embeddings:
    embeddings_form()
    show_examples("embeddings", "filenames")
if current and current.n_samples:
    metadata_form(current)
