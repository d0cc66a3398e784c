"""The datasets of the open workspace, each with what can be done to it."""

import streamlit as st

from al_core.store import Dataset, Kind
from al_core.text import counted
from ui import state
from ui.messages import errors_explained, notify, plain
from ui.visitor import machine_path, may_name_paths, obstacle, paths_hint

# Enough to see whether a folder is the right one, without asking a disk for a million files.
N_IMAGES_TRIED = 100


def list_datasets(datasets: list[Dataset], current: Dataset | None) -> None:
    """Draw a card for each dataset; `current` is the open one."""
    for dataset in datasets:
        with st.container(border=True):
            name, contents, actions = st.columns([3, 4, 4], vertical_alignment="center")
            is_open = current is not None and dataset.id == current.id
            name.markdown(f"**{plain(dataset.name)}**" + (" :blue-badge[open]" if is_open else ""))
            contents.caption(_contents(dataset))
            with actions.container(horizontal=True, horizontal_alignment="right"):
                _actions(dataset, is_open)


def _contents(dataset: Dataset) -> str:
    embeddings = [f"{plain(stored.name)} ({stored.shape[1]}-d)" for stored in dataset.arrays.all(Kind.EMBEDDING)]
    counts = f"{counted(dataset.n_samples, 'image')} · {counted(len(dataset.tags()), 'tag')}"
    return f"{counts} · embeddings: {', '.join(embeddings) or 'none'}"


def _actions(dataset: Dataset, is_open: bool) -> None:
    if st.button(
        "Open",
        key=f"open-{dataset.id}",
        disabled=is_open,
        help="This dataset is open" if is_open else "Work on this dataset",
    ):
        state.open_dataset(dataset.id)
        st.rerun()
    images_obstacle = obstacle(_images_obstacle(dataset))
    if st.button(
        "Images",
        key=f"images-{dataset.id}",
        icon=":material/folder_open:",
        disabled=bool(images_obstacle),
        help=images_obstacle or _images_hint(dataset),
    ):
        _choose_images_dir(dataset)
    reason = obstacle()
    if st.button(
        "Delete",
        key=f"delete-{dataset.id}",
        icon=":material/delete:",
        disabled=bool(reason),
        help=reason or "Asks before it deletes",
    ):
        _confirm_delete(dataset, is_open=is_open)


def _images_obstacle(dataset: Dataset) -> str | None:
    if dataset.server:
        return "The server shows its own images; their folder is chosen there"
    return None if may_name_paths() else "Folders are chosen at the machine that runs the dashboard"


def _images_hint(dataset: Dataset) -> str:
    if dataset.images_dir is None:
        return "No image folder set: choose the folder that holds the images"
    return f"Shown from {plain(str(dataset.images_dir))}"


@st.dialog("Folder with the images")
def _choose_images_dir(dataset: Dataset) -> None:
    st.write(
        f"The filenames of “{plain(dataset.name)}” are looked up in this folder; no file outside it is ever shown."
    )
    typed = st.text_input(
        "Folder on this machine",
        str(dataset.images_dir or ""),
        key="images-dir",
        placeholder="/data/images",
        help=f"Leave it empty to show no images{paths_hint()}",
    )
    if st.button("Use this folder", type="primary", help="Images stay where they are"):
        with errors_explained():
            dataset.set_images_dir(machine_path(typed) if typed else None)
            notify(_images_there(dataset) if typed else f"“{dataset.name}” shows no images")
            st.rerun()


def _images_there(dataset: Dataset) -> str:
    n_tried = min(dataset.n_samples, N_IMAGES_TRIED)
    n_there = sum(dataset.image(row, "full") is not None for row in range(n_tried))
    return f"Found {n_there:,} of the first {n_tried:,} images there"


@st.dialog("Delete this dataset?")
def _confirm_delete(dataset: Dataset, *, is_open: bool) -> None:
    st.write(
        f"This deletes “{plain(dataset.name)}” with its {counted(len(dataset.tags()), 'tag')}, embeddings, "
        "predictions and scores. Image files stay where they are."
    )
    if st.button("Delete for good", type="primary", help="This cannot be undone"):
        state.workspace().delete_dataset(dataset.id)
        if is_open:
            state.close_dataset()
        notify(f"Deleted “{dataset.name}”")
        st.rerun()
