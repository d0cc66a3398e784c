"""A new dataset from a file of embeddings."""

from pathlib import Path

import streamlit as st

from al_core import workflow
from al_core.exceptions import InvalidInputError
from al_core.formats import EMBEDDING_READERS, FILENAME_READERS
from al_core.formats.worker import read_embeddings, read_filenames
from al_core.text import counted
from ui import state
from ui.clicks import clicked
from ui.datasets.made import say_made
from ui.file_drop import chosen_file, types_of
from ui.messages import errors_explained, notify
from ui.reruns import rerun
from ui.session import Key, next_round, round_of
from ui.visitor import images_place, may_name_paths, obstacle, paths_hint

TYPES = types_of(EMBEDDING_READERS)
MAY_LACK_FILENAMES = (".npy", ".npz", ".h5", ".hdf5", ".safetensors", ".tsv", ".txt")


def embeddings_form() -> None:
    """Draw the form, empty again after each dataset."""
    number = round_of(Key.NEW_DATASET_ROUND)
    left, right = st.columns(2, gap="large")
    with left:
        name = st.text_input("Name", key=f"new-name-{number}", help="2 to 100 letters, digits, spaces and . _ -")
        images_dir = _images_dir(number)
    with right:
        embeddings = chosen_file(
            "Embeddings",
            TYPES,
            f"embeddings-{number}",
            "Lightly's CSV (filenames, embedding_0, …), Parquet, Arrow, HDF5, .npz, FiftyOne's JSON, or .npy",
        )
        filenames = _filenames(embeddings, number) if embeddings else None
    reason = obstacle()
    # Not disabled by what is missing: a field tells only when it is left, and the click that leaves it would be lost.
    if clicked("Create dataset", key="create-dataset", is_next=True, reason=reason):
        with errors_explained(), st.spinner("Reading the embeddings…"):
            _create(name, _complete(name, embeddings, filenames), filenames, images_dir)
            rerun()


def _complete(name: str, embeddings: Path | None, filenames: Path | None) -> Path:
    if not name:
        raise InvalidInputError("The dataset has no name yet: enter one above")
    if embeddings is None:
        raise InvalidInputError("There are no embeddings yet: drop a file above")
    # An .npy file holds one array, so it can never name its rows.
    if embeddings.suffix == ".npy" and filenames is None:
        raise InvalidInputError(f"{embeddings.name} does not name its rows: drop the list of filenames above too")
    return embeddings


def _images_dir(number: int) -> str:
    if not may_name_paths():
        return ""
    is_remote = state.remote_workspace() is not None
    reason = obstacle("The server cannot read folders on this machine" if is_remote else None)
    return st.text_input(
        "Folder with the images (optional)",
        key=f"new-folder-{number}",
        disabled=bool(reason),
        help=reason or f"A folder, or s3://bucket/images; only files inside it are ever shown{paths_hint()}",
    )


def _filenames(embeddings: Path, number: int) -> Path | None:
    if embeddings.suffix not in MAY_LACK_FILENAMES:
        return None
    is_needed = embeddings.suffix == ".npy"
    return chosen_file(
        "Filenames in the order of the rows",
        types_of(FILENAME_READERS),
        f"names-{number}",
        "One filename per line" if is_needed else "Only if the file has none of its own",
    )


def _create(name: str, embeddings: Path, filenames: Path | None, images_dir: str) -> None:
    table = read_embeddings(embeddings, filenames=read_filenames(filenames) if filenames else None)
    if table.filenames is None:
        raise InvalidInputError(f"{embeddings.name} has no filenames; add a list of filenames")
    dataset = workflow.create_dataset(
        state.workspace(),
        name,
        table.filenames,
        table.embeddings,
        images_dir=images_place(images_dir) if images_dir else None,
    )
    state.open_dataset(dataset.id)
    next_round(Key.NEW_DATASET_ROUND)
    sentence = f"Created “{name}” with {counted(dataset.n_samples, 'image')}"
    if dataset.server:
        notify(sentence)
    else:
        say_made(dataset.id, sentence)
