"""A new dataset from a folder of images: the form, the run under way, and how it ended."""

import streamlit as st

from al_core import workflow
from al_core.embedding import BUILT_IN
from al_core.exceptions import InvalidInputError
from al_core.jobs import Job
from al_core.types import Progress
from ui import jobs, state
from ui.clicks import clicked
from ui.datasets.made import TAKES_BACK_DATASET, take_back_dataset
from ui.datasets.model_field import model_field
from ui.datasets.outcome import Embedded, show_outcome
from ui.folder_picker import folder_picker
from ui.messages import errors_explained
from ui.progress import Wording
from ui.reruns import rerun
from ui.session import Key
from ui.visitor import checked_model, images_place, may_name_paths, obstacle, paths_hint

JOB = "image-folder"


def folder_form() -> None:
    """Draw the section; one folder is embedded at a time."""
    if not may_name_paths():
        st.info(
            "The dashboard cannot read your machine's folders. Embed the images there and send them: `al-core embed "
            "FOLDER --dataset NAME --server ADDRESS` with the token in AL_CORE_TOKEN.",
            icon=":material/terminal:",
        )
        return
    job = _watched_job()
    # Asked once: a job that ends while this is drawn must not leave the form of a run without its progress.
    is_running = job is not None and job.is_running
    outcome = st.empty()
    if job and not is_running:
        with outcome.container():
            show_outcome(job, key="folder", forget=_forget_outcome)
    # Drawn during a run too: Streamlit forgets fields that are not, and after a stop they are needed again.
    folder, name, model = _fields(disabled=is_running)
    if job and is_running:
        jobs.show_progress(
            job,
            Wording("images", waiting="looking for images", has_pace=True),
            cancel=job.cancel,
            on_cancel="What is done is kept for the next start",
        )
        return
    reason = obstacle()
    hint = "An interrupted run resumes where it stopped"
    # Not disabled by what is missing: a field tells only when it is left, and the click that leaves it would be lost.
    if clicked("Embed the images", key="embed-folder", is_next=True, reason=reason, hint=hint):
        _forget_outcome()
        outcome.empty()
        with errors_explained():
            _start(folder, name, model)
            rerun()


def is_folder_watched() -> bool:
    """Return whether this session is to see a run under way, or how one has ended."""
    return _watched_job() is not None


def _watched_job() -> Job | None:
    """Return the job under way, or the one whose outcome this session is to see.

    An outcome is shown to whoever watched the run, or else to the first who looks; not to every page opened later.
    """
    job = jobs.latest(JOB)
    if job:
        st.session_state[Key.EMBEDDING] = job
        if not job.is_running and obstacle() is None:
            jobs.forget(JOB)
    watched: Job | None = st.session_state.get(Key.EMBEDDING)
    return watched


def _forget_outcome() -> None:
    st.session_state.pop(Key.EMBEDDING, None)


def _fields(*, disabled: bool) -> tuple[str, str, str]:
    left, right = st.columns(2, gap="large")
    with left.container(horizontal=True, vertical_alignment="bottom"):
        folder = st.text_input(
            "Folder with the images",
            key="folder-path",
            disabled=disabled,
            help=f"On this machine, its subfolders are searched too; or an address: s3://bucket/images{paths_hint()}",
        )
        folder_picker("folder-path", disabled=disabled)
    name = right.text_input(
        "Name of the dataset",
        key="folder-name",
        disabled=disabled,
        help="2 to 100 letters, digits, spaces and . _ -",
    )
    model = model_field("folder-model", disabled=disabled)
    return folder, name, model


def _start(folder: str, name: str, model: str) -> None:
    # A page may be open to others than the owner of this machine: it never runs code that a visitor names.
    if not folder:
        raise InvalidInputError("There is no folder yet: enter the path of the images above")
    if not name:
        raise InvalidInputError("The dataset has no name yet: enter one above")
    if model.startswith("python:"):
        raise InvalidInputError("Python functions work with `al-core embed --model`, not on this page")
    place = images_place(folder)
    model = checked_model(model or BUILT_IN)
    workspace = state.local_workspace()
    workspace.check_dataset_name(name)

    def work(progress: Progress) -> Embedded:
        folder = workflow.dataset_from_images(workspace, place, name, model=model, progress=progress)
        return Embedded(folder, lambda: take_back_dataset(folder.dataset.id), TAKES_BACK_DATASET)

    jobs.start(JOB, f"Embedding “{name}”", work)
