import streamlit as st

from ui import state
from ui.datasets.arrival import show_appending, show_arrival, show_drop_into
from ui.datasets.deleted import deleted_datasets
from ui.datasets.dropping import show_unfinished_drops
from ui.datasets.embedding_jobs import show_embeddings
from ui.datasets.listing import list_datasets
from ui.datasets.metadata import metadata_form
from ui.datasets.new import are_forms_folded, new_dataset
from ui.datasets.remote import remote_form
from ui.glossary import show_words
from ui.messages import plain

st.title("Datasets")
remote = state.remote_workspace()
place = f"These are on {plain(remote.server)}." if remote else "Everything stays on this machine."
st.caption(f"Your images, and what the model sees in them. {place}")
show_words("datasets")
current = state.dataset()
datasets = state.datasets()
if state.is_dataset_gone():
    state.say_dataset_is_gone()
if not datasets:
    st.info("No datasets yet. Drop your images below, or restore the demo.", icon=":material/photo_library:")
if not remote:
    show_embeddings(datasets)
    show_unfinished_drops()
    show_drop_into()
show_appending(datasets)
is_folded = are_forms_folded(datasets)
if is_folded:
    # Where cards fill the window, what comes below them is not found.
    new_dataset(remote, is_folded=True)
list_datasets(datasets, current)
if current:
    show_arrival(current)
if not is_folded:
    new_dataset(remote, is_folded=False)
if not remote:
    deleted_datasets(state.local_workspace())
    remote_form()
if current and current.n_samples:
    metadata_form(current, is_folded=is_folded)
