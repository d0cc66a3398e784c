from pathlib import Path

import streamlit as st

from al_core import workflow
from al_core.exceptions import InvalidInputError
from al_core.formats import EMBEDDING_READERS, read_embeddings, read_filenames
from al_core.store import Dataset
from al_core.text import counted
from ui import state
from ui.datasets.demos import offer_demos
from ui.datasets.image_folder import folder_form
from ui.datasets.metadata import metadata_form
from ui.datasets.remote import remote_form
from ui.examples import show_examples
from ui.file_drop import chosen_file

MAY_LACK_FILENAMES = (".npy", ".npz", ".h5", ".hdf5")
EMBEDDING_TYPES = sorted({suffix[1:] for reader in EMBEDDING_READERS.values() for suffix in reader.suffixes})


def list_datasets(datasets: list[Dataset], current: Dataset | None) -> None:
    for dataset in datasets:
        with st.container(border=True):
            name, facts, actions = st.columns([3, 4, 4], vertical_alignment="center")
            is_open = current is not None and dataset.id == current.id
            name.markdown(f"**{dataset.name}**" + (" :blue-badge[open]" if is_open else ""))
            embeddings = [f"{known.name} ({known.shape[1]}-d)" for known in dataset.arrays.all("embedding")]
            facts.caption(
                f"{counted(dataset.n_samples, 'sample')} · {counted(len(dataset.tags()), 'tag')} · "
                f"embeddings: {', '.join(embeddings) or 'none'}"
            )
            with actions.container(horizontal=True, horizontal_alignment="right"):
                if st.button(
                    "Open",
                    key=f"open-{dataset.id}",
                    disabled=is_open,
                    help="It is open already" if is_open else "Work on this dataset",
                ):
                    state.open_dataset(dataset.id)
                    st.rerun()
                is_remote = dataset.server is not None
                if st.button(
                    "Images",
                    key=f"images-{dataset.id}",
                    icon=":material/folder_open:",
                    disabled=is_remote,
                    help="They are shown from the server, where their folder is chosen"
                    if is_remote
                    else f"Shown from {dataset.images_dir or 'nowhere yet: name the folder that holds them'}",
                ):
                    choose_images_dir(dataset)
                if st.button(
                    "Delete", key=f"delete-{dataset.id}", icon=":material/delete:", help="Asks before it acts"
                ):
                    confirm_delete(dataset)


@st.dialog("Folder with the images")
def choose_images_dir(dataset: Dataset) -> None:
    st.write(f"The filenames of “{dataset.name}” are looked up in this folder; no file outside it is ever shown.")
    folder = st.text_input(
        "Folder on this machine",
        str(dataset.images_dir or ""),
        key="images-dir",
        placeholder="/data/images",
        help="Leave it empty to show no images",
    )
    if st.button("Use this folder", type="primary", help="Images stay where they are"):
        with state.errors_explained():
            dataset.set_images_dir(Path(folder).expanduser() if folder else None)
            state.notify(images_found(dataset) if folder else f"“{dataset.name}” shows no images")
            st.rerun()


def images_found(dataset: Dataset) -> str:
    rows = range(min(dataset.n_samples, 100))
    n_found = sum(dataset.image(row, "full") is not None for row in rows)
    return f"{n_found:,} of the first {len(rows):,} samples have an image there"


@st.dialog("Delete this dataset?")
def confirm_delete(dataset: Dataset) -> None:
    st.write(
        f"“{dataset.name}” with its {counted(len(dataset.tags()), 'tag')}, embeddings, predictions and scores will be "
        "gone for good. Image files stay where they are."
    )
    if st.button("Delete for good", type="primary", help="This cannot be undone"):
        state.workspace().delete_dataset(dataset.id)
        state.notify(f"Deleted “{dataset.name}”")
        st.rerun()


def create_form() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        name = st.text_input("Name", key="new-name", help="2 to 100 letters, digits, spaces and . _ -")
        is_remote = state.remote_workspace() is not None
        folder = st.text_input(
            "Folder with the images (optional)",
            key="new-folder",
            disabled=is_remote,
            help="The server cannot see folders of this machine"
            if is_remote
            else "Only files inside this folder are ever shown",
        )
    with right:
        file = chosen_file(
            "Embeddings",
            EMBEDDING_TYPES,
            "embeddings",
            "Lightly's CSV (filenames, embedding_0, …), Parquet, Arrow, HDF5, .npz, JSON as of FiftyOne, or .npy",
        )
        names_file = None
        if file and file.suffix in MAY_LACK_FILENAMES:
            names_file = chosen_file(
                "Filenames in the order of the rows",
                ["txt", "csv", "json"],
                "names",
                "One filename per line" if file.suffix == ".npy" else "Only if the file has none of its own",
            )
    is_ready = bool(name and file and (file.suffix != ".npy" or names_file))
    needs = "Give a name and embeddings first; .npy needs its filenames too"
    if st.button("Create dataset", type="primary", disabled=not is_ready, help=None if is_ready else needs):
        create(name, file, names_file, folder)


def create(name: str, file: Path, names_file: Path | None, folder: str) -> None:
    with state.errors_explained(), st.spinner("Reading the embeddings…"):
        names = read_filenames(names_file) if names_file else None
        table = read_embeddings(file, filenames=names)
        if table.filenames is None:
            raise InvalidInputError(f"{file.name} names no samples; give a list of filenames too")
        dataset = workflow.create_dataset(
            state.workspace(), name, table.filenames, table.embeddings, images_dir=folder or None
        )
        state.open_dataset(dataset.id)
        state.notify(f"Created “{name}” with {counted(dataset.n_samples, 'sample')}")
        st.rerun()


st.title("Datasets")
remote = state.remote_workspace()
place = f"These are on {state.plain(remote.server)}." if remote else "Everything stays on this machine."
st.caption(f"A dataset is a list of images with one embedding each. {place}")
current = state.dataset()
datasets = state.workspace().datasets()
if not datasets:
    st.info("No datasets yet. Create one below, or restore the demo.", icon=":material/photo_library:")
list_datasets(datasets, current)
if not remote:
    offer_demos()
    remote_form()
st.subheader("New dataset")
from_images, from_embeddings = st.tabs(["From a folder of images", "From embeddings"])
with from_images:
    if remote:
        st.info(
            "The server reads no images of this machine. Embed them here and send embeddings and thumbnails: "
            f"`al-core embed FOLDER --dataset NAME --server {remote.server}` with the token in AL_CORE_TOKEN.",
            icon=":material/terminal:",
        )
    else:
        folder_form()
with from_embeddings:
    create_form()
    show_examples("embeddings", "filenames")
if current and current.n_samples:
    metadata_form(current)
