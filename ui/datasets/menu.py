"""What can be done to a dataset, in the menu of its card."""

import streamlit as st

from al_core.embedding import BUILT_IN
from al_core.exceptions import InvalidInputError
from al_core.store import Dataset
from al_core.store.restoration import DATASET
from al_core.text import counted
from ui import state
from ui.clicks import clicked
from ui.datasets.arrival import start_appending
from ui.datasets.embedding_jobs import start_embedding
from ui.dialogs import close_dialog, is_open, open_dialog
from ui.folder_picker import folder_picker
from ui.messages import errors_explained, notify, plain
from ui.reruns import rerun
from ui.session import Key
from ui.undo import offer_undo, say_changed
from ui.visitor import images_place, may_name_paths, obstacle, paths_hint

# Enough to see whether a folder is the right one, without asking a disk for a million files.
N_IMAGES_TRIED = 100
RENAME = "Rename"
IMAGES = "Images folder"
ADD = "Add images"
EMBED = "Add an embedding"
DELETE = "Delete"


def dataset_menu(dataset: Dataset, *, is_current: bool) -> None:
    """Draw the menu and do what was chosen."""
    reason = obstacle()
    key = f"menu-{dataset.id}"
    chosen = st.menu_button(
        "More",
        _options(dataset),
        key=key,
        on_click=lambda: open_dialog(f"{key} {st.session_state[key]}"),
        icon=":material/more_horiz:",
        type="tertiary",
        disabled=bool(reason),
        help=reason or "Rename it, add images or an embedding, say where its images are, or delete it",
    )
    # What was chosen is there for one run; a dialog is drawn in every run until it is closed.
    if chosen == ADD:
        _add_images(dataset)
    elif is_open(f"{key} {RENAME}"):
        _rename(dataset)
    elif is_open(f"{key} {IMAGES}"):
        _choose_images_dir(dataset)
    elif is_open(f"{key} {EMBED}"):
        _add_embedding(dataset)
    elif is_open(f"{key} {DELETE}"):
        _confirm_delete(dataset, is_current=is_current)


def _options(dataset: Dataset) -> list[str]:
    """Return what can be done: a server shows its own images, and their folder is chosen at its machine."""
    is_local = dataset.server is None
    may_choose_folder = is_local and may_name_paths()
    may_grow = is_local and (dataset.images_dir is not None or dataset.images_address is not None)
    return [
        *([RENAME] if is_local else []),
        *([ADD] if may_grow else []),
        *([EMBED] if may_grow and dataset.n_samples else []),
        *([IMAGES] if may_choose_folder else []),
        DELETE,
    ]


def _add_images(dataset: Dataset) -> None:
    """Take more images where they are kept inside the workspace; elsewhere look for new ones in their folder."""
    if state.local_workspace().dataset(dataset.id).has_own_images:
        st.session_state[Key.DROP_INTO] = dataset.id
        rerun()
    with errors_explained():
        start_appending(dataset)
        rerun()


@st.dialog("Add an embedding", on_dismiss=close_dialog)
def _add_embedding(dataset: Dataset) -> None:
    st.write(
        f"Another model looks at the {counted(dataset.n_samples, 'image')} of “{plain(dataset.name)}”. Explore and "
        "Select can use its view instead of the one that is there."
    )
    model = st.text_input(
        "Model",
        key="embedding-model",
        placeholder="/models/dino.onnx",
        help=f"{BUILT_IN}, the path of an ONNX file, timm:NAME, torchvision:NAME or open_clip:NAME/WEIGHTS"
        f"{paths_hint()}",
    )
    hint = "Takes about as long as the first embedding did"
    if clicked("Embed the images", key=f"add-embedding-{dataset.id}", is_next=True, hint=hint):
        with errors_explained():
            if not model.strip():
                raise InvalidInputError("There is no model yet: enter one above")
            start_embedding(dataset, model.strip())
            close_dialog()
            rerun()


@st.dialog("Rename this dataset", on_dismiss=close_dialog)
def _rename(dataset: Dataset) -> None:
    name = st.text_input(
        "New name", dataset.name, key="dataset-name", help="2 to 100 letters, digits, spaces and . _ -"
    )
    if clicked("Rename it", key=f"rename-{dataset.id}", is_next=True, hint="Links to it stay valid"):
        with errors_explained():
            if name == dataset.name:
                raise InvalidInputError(f"“{name}” is its name already: change it above")
            local = state.local_workspace().dataset(dataset.id)
            old_name = local.name
            local.rename(name)
            say_changed(
                dataset,
                f"“{old_name}” is called “{name}” now",
                lambda: local.rename(old_name),
                lambda renamed: renamed.name,
            )
            close_dialog()
            rerun()


@st.dialog("Folder with the images", on_dismiss=close_dialog)
def _choose_images_dir(dataset: Dataset) -> None:
    st.write(
        f"The filenames of “{plain(dataset.name)}” are looked up in this folder; no file outside it is ever shown."
    )
    typed = st.text_input(
        "Folder on this machine",
        str(dataset.images_address or dataset.images_dir or ""),
        key="images-dir",
        placeholder="/data/images",
        help=f"Or an address: s3://bucket/images. Leave it empty to show no images{paths_hint()}",
    )
    folder_picker("images-dir")
    if clicked("Use this folder", key=f"use-images-dir-{dataset.id}", is_next=True, hint="Images stay where they are"):
        with errors_explained():
            before = dataset.images_address or dataset.images_dir
            dataset.set_images_dir(images_place(typed) if typed else None)
            sentence = _images_there(dataset) if typed else f"“{dataset.name}” shows no images"
            say_changed(
                dataset,
                sentence,
                lambda: dataset.set_images_dir(before),
                lambda local: local.images_address or local.images_dir,
            )
            close_dialog()
            rerun()


def _images_there(dataset: Dataset) -> str:
    n_tried = min(dataset.n_samples, N_IMAGES_TRIED)
    n_there = sum(dataset.has_image(row) for row in range(n_tried))
    return f"Found {n_there:,} of the first {n_tried:,} images there"


@st.dialog("Delete this dataset?", on_dismiss=close_dialog)
def _confirm_delete(dataset: Dataset, *, is_current: bool) -> None:
    st.write(
        f"This deletes “{plain(dataset.name)}” with its {counted(len(dataset.tag_summaries()), 'tag')}, embeddings, "
        "predictions and scores. Image files stay where they are."
    )
    hint = None if dataset.server else "It can be brought back for a while"
    if clicked("Delete it", key=f"delete-{dataset.id}", is_next=True, hint=hint):
        state.workspace().delete_dataset(dataset.id)
        if is_current:
            state.close_dataset()
        sentence = f"Deleted the dataset “{dataset.name}”"
        if dataset.server:
            notify(sentence)
        else:
            offer_undo(sentence, state.local_workspace(), kind=DATASET, dataset_id=dataset.id, names=[dataset.name])
        close_dialog()
        rerun()
