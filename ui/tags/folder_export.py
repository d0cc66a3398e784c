"""The images of a tag as a folder of copies or links on this machine."""

from pathlib import Path

import streamlit as st

from al_core.exceptions import InvalidInputError
from al_core.jobs import JobState
from al_core.steps import exports
from al_core.store import Dataset, Tag
from al_core.types import Progress
from ui import jobs
from ui.clicks import clicked
from ui.messages import errors_explained, notify, plain
from ui.reruns import rerun
from ui.select.sent import mark_downloaded
from ui.visitor import machine_path, may_name_paths, obstacle, paths_hint

COPIES = "Copies"
LINKS = "Links"


def folder_form(dataset: Dataset, tag: Tag, *, added_only: bool) -> None:
    """Draw the form; while a folder is filled, how far that is."""
    st.markdown("**The images as a folder on this machine**")
    # One folder at a time for each dataset, whoever asks.
    key = f"folder:{dataset.id}"
    job = jobs.show(key, unit="images")
    if job and job.state is JobState.FINISHED:
        # Its end is said once; then the form is back.
        jobs.forget(key)
        notify(job.result)
        rerun()
    if job is None and jobs.latest(key):
        return
    _form(key, dataset, tag, added_only=added_only)


def _form(key: str, dataset: Dataset, tag: Tag, *, added_only: bool) -> None:
    missing = obstacle(_missing(dataset))
    target, kind = st.columns([3, 2], vertical_alignment="bottom")
    folder = target.text_input(
        "New or empty folder",
        key="folder-export",
        disabled=bool(missing),
        placeholder="/data/to-label",
        help=missing or f"Only this folder is written to; existing files are never replaced{paths_hint()}",
    ).strip()
    how = kind.segmented_control(
        "Filled with",
        [COPIES, LINKS],
        default=COPIES,
        required=True,
        disabled=bool(missing),
        help=missing or "Links take no space, but break when the images move",
    )
    if clicked(
        "Fill the folder",
        key="fill-folder",
        icon=":material/drive_file_move:",
        reason=missing,
        hint=plain(f"{how} of the images of {tag.name}, under their filenames"),
    ):
        with errors_explained():
            if not folder:
                raise InvalidInputError("There is no folder yet: enter its path above")
            _start(key, dataset, tag, machine_path(folder), link=how == LINKS, added_only=added_only)
            mark_downloaded(dataset, tag)
            rerun()


def _missing(dataset: Dataset) -> str | None:
    if dataset.server:
        return "The images are on the server; choose the format Archive · Images above to download them"
    if not may_name_paths():
        return "Folders are filled at the machine that runs the dashboard; choose Archive · Images above instead"
    return None if dataset.images_dir else "Choose the folder with the images on the Datasets page first"


def _start(key: str, dataset: Dataset, tag: Tag, folder: Path, *, link: bool, added_only: bool) -> None:
    if not folder.is_absolute():
        raise InvalidInputError(f"{folder} is not an absolute path; enter one such as /data/to-label")

    def work(progress: Progress) -> str:
        paths = exports.copy_images(dataset, tag, folder, link=link, added_only=added_only, progress=progress)
        return f"{len(paths):,} {LINKS.lower() if link else COPIES.lower()} in {folder}"

    jobs.start(key, f"Filling {folder.name}", work)
