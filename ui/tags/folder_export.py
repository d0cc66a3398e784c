"""The images of a tag as a folder of copies or links on this machine."""

from pathlib import Path

import streamlit as st

from al_core.exceptions import InvalidInputError
from al_core.jobs import JobState
from al_core.steps import exports
from al_core.store import Dataset, Tag
from al_core.types import Progress
from ui import state

COPIES, LINKS = "Copies", "Links"


def folder_form(dataset: Dataset, tag: Tag, *, added_only: bool) -> None:
    """Draw the form; while a folder is filled, how far that is."""
    st.markdown("**The images as a folder on this machine**")
    key = f"folder:{dataset.id}"
    job = state.show_job(key, unit="images")
    if job and job.state is JobState.FINISHED:
        state.jobs().forget(key)
        state.notify(job.result)
        st.rerun()
    if job is None and state.jobs().latest(key):
        return
    _form(key, dataset, tag, added_only)


def _form(key: str, dataset: Dataset, tag: Tag, added_only: bool) -> None:
    missing = None if dataset.images_dir else "Choose the folder with the images on the Datasets page first"
    if dataset.server:
        missing = "The images are on the server; choose the format Archive · Images above to have them here"
    target, kind = st.columns([3, 2], vertical_alignment="bottom")
    folder = target.text_input(
        "New or empty folder",
        key="folder-export",
        disabled=bool(missing),
        placeholder="/data/to-label",
        help=missing or "Nothing outside it is written, and nothing in it is ever replaced",
    ).strip()
    how = kind.segmented_control(
        "Filled with",
        [COPIES, LINKS],
        default=COPIES,
        required=True,
        disabled=bool(missing),
        help=missing or "Links take no room, and need the images folder to stay where it is",
    )
    reason = missing or (None if folder else "Name a folder first")
    if st.button(
        "Fill the folder",
        icon=":material/drive_file_move:",
        disabled=bool(reason),
        help=reason or f"{how} of the images of {tag.name}, under their filenames",
    ):
        with state.errors_explained():
            _start(key, dataset, tag, Path(folder).expanduser(), how == LINKS, added_only)
            st.rerun()


def _start(key: str, dataset: Dataset, tag: Tag, folder: Path, link: bool, added_only: bool) -> None:
    if not folder.is_absolute():
        raise InvalidInputError(f"{folder} is no full path; give the whole path of a folder on this machine")

    def work(progress: Progress) -> str:
        made = exports.copy_images(dataset, tag, folder, link=link, added_only=added_only, progress=progress)
        return f"{len(made):,} {LINKS.lower() if link else COPIES.lower()} in {folder}"

    state.run_job(key, f"Filling {folder.name}", work)
