"""A new dataset from a folder of images: the form, the run under way, and how it ended."""

from pathlib import Path

import streamlit as st

from al_core import workflow
from al_core.embedding import BUILT_IN
from al_core.exceptions import InvalidInputError
from al_core.jobs import Job, JobState
from al_core.text import counted
from al_core.types import Progress
from ui import state

KEY = "image-folder"
SEEN = "image-folder-seen"
BROKEN_SHOWN = 200


def folder_form() -> None:
    """Draw the section; one folder is embedded at a time."""
    job = state.jobs().latest(KEY)
    if job and not job.is_running and job.id != st.session_state.get(SEEN):
        _show_outcome(job)
    # Drawn during a run too: Streamlit forgets fields that are not, and after a stop they are needed again.
    folder, name, model = _fields(disabled=job is not None and job.is_running)
    if job and job.is_running:
        st.fragment(run_every=0.5)(_watch)(job)
        return
    is_ready = bool(folder and name and model)
    help = "It goes on where it was if it was stopped" if is_ready else "Give a folder and a name first"
    if st.button("Embed the images", type="primary", disabled=not is_ready, help=help):
        with state.errors_explained():
            _start(folder, name, model)
            st.rerun()


def _fields(*, disabled: bool) -> tuple[str, str, str]:
    left, right = st.columns(2, gap="large")
    folder = left.text_input(
        "Folder with the images",
        key="folder-path",
        disabled=disabled,
        help="On this machine; folders below it are searched too",
    )
    name = right.text_input(
        "Name of the dataset",
        key="folder-name",
        disabled=disabled,
        help="2 to 100 letters, digits, spaces and . _ -",
    )
    with st.expander("Another model"):
        model = st.text_input(
            "Model",
            BUILT_IN,
            key="folder-model",
            disabled=disabled,
            help=f"{BUILT_IN} is bundled. Otherwise enter the path of an ONNX file, timm:NAME, torchvision:NAME or "
            "open_clip:NAME/WEIGHTS",
        )
    return folder, name, model


def _start(folder: str, name: str, model: str) -> None:
    # A page may be open to others than the owner of this machine: it never runs code that a visitor names.
    if model.startswith("python:"):
        raise InvalidInputError("a Python function is given to `al-core embed --model`, not on this page")
    workspace = state.workspace()
    workspace.check_dataset_name(name)

    def work(progress: Progress) -> workflow.EmbeddedFolder:
        return workflow.dataset_from_images(workspace, Path(folder), name, model=model, progress=progress)

    state.run_job(KEY, f"Embedding “{name}”", work)


def _watch(job: Job) -> None:
    if not job.is_running:
        st.rerun()
    bar, button = st.columns([5, 1], vertical_alignment="center")
    bar.progress(job.fraction, text=_progress_text(job))
    if button.button(
        "Cancel",
        key=f"cancel-{job.id}",
        icon=":material/stop_circle:",
        disabled=job.is_cancelling,
        help="What is done is kept for the next start",
    ):
        job.cancel()
        st.rerun(scope="fragment")


def _progress_text(job: Job) -> str:
    left = job.seconds_left
    if job.is_cancelling:
        return f"{job.title} · stopping…"
    if left is None:
        return f"{job.title} · looking for images"
    speed = (job.total - job.done) / left if left else 0
    pace = f" · {speed:,.0f} images/s · about {left:,.0f} s left" if left >= 1 else " · nearly done"
    return f"{job.title} · {job.done:,} of {job.total:,} images{pace}"


def _show_outcome(job: Job) -> None:
    if job.state is JobState.FAILED:
        st.error(state.plain(job.error), icon=":material/error:")
    elif job.state is JobState.CANCELLED:
        st.info(f"{job.title} was stopped. Start it again and it goes on where it was.", icon=":material/pause_circle:")
    else:
        _show_result(job.id, job.result)


def _show_result(job_id: str, result: workflow.EmbeddedFolder) -> None:
    dataset, broken = result.dataset, result.broken
    text, button = st.columns([5, 1], vertical_alignment="center")
    next_steps = "Explore shows them; the Tags page finds duplicates."
    text.success(
        f"“{dataset.name}” has {counted(dataset.n_samples, 'sample')}. {next_steps}", icon=":material/check_circle:"
    )
    if button.button("Open it", key="folder-open", help="Work on this dataset"):
        st.session_state[SEEN] = job_id
        state.open_dataset(dataset.id)
        st.rerun()
    if broken:
        with st.expander(f"{counted(len(broken), 'file')} could not be read and were left out"):
            st.code("\n".join(image.reason for image in broken[:BROKEN_SHOWN]), language=None)
            if len(broken) > BROKEN_SHOWN:
                st.caption(f"and {len(broken) - BROKEN_SHOWN:,} more")
