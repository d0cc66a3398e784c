"""The open workspace, the dataset in the URL, jobs, and every session key."""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import streamlit as st

from al_core.demos import digits
from al_core.exceptions import ALCoreError, AlreadyExistsError
from al_core.jobs import Job, Jobs, JobState
from al_core.remote import RemoteWorkspace
from al_core.store import Dataset, Workspace
from al_core.types import Progress

DATASET = "dataset"
REMOTE = "remote-workspace"
NOTICE = "notice"
SWITCH = "dataset-switch"
UPLOAD_SECONDS = 24 * 3600


def workspace() -> Workspace | RemoteWorkspace:
    """The server's workspace that this session has open, otherwise the one on this machine."""
    return st.session_state.get(REMOTE) or local_workspace()


def remote_workspace() -> RemoteWorkspace | None:
    return st.session_state.get(REMOTE)


@st.cache_resource(show_spinner="Opening the workspace…")
def local_workspace() -> Workspace:
    opened = Workspace()
    marker = opened.home / "demo" / "offered"
    if not marker.exists():
        # Only once: who deletes the demo does not want it back at every start.
        with suppress(AlreadyExistsError):  # another dashboard is building it this moment
            digits.build(opened)
        marker.touch()
    return opened


@st.cache_resource
def jobs() -> Jobs:
    return Jobs()


def dataset() -> Dataset | None:
    """The dataset that the URL names, otherwise the last one opened, otherwise the newest."""
    datasets = {known.id: known for known in workspace().datasets()}
    wanted = st.query_params.get(DATASET) or st.session_state.get(DATASET)
    return datasets.get(wanted) or next(iter(datasets.values()), None)


def choose_dataset() -> None:
    """The switch in the sidebar, which keeps the dataset in the URL."""
    datasets = workspace().datasets()
    if not datasets:
        return
    ids = [known.id for known in datasets]
    st.session_state[SWITCH] = dataset().id
    labels = {known.id: f"{known.name} · {known.n_samples:,}" for known in datasets}
    st.sidebar.selectbox(
        "Dataset",
        ids,
        format_func=labels.get,
        key=SWITCH,
        on_change=lambda: open_dataset(st.session_state[SWITCH]),
        help="Every page works on this dataset; the number is its total of samples",
    )
    open_dataset(st.session_state[SWITCH])


def open_dataset(dataset_id: str) -> None:
    st.session_state[DATASET] = dataset_id
    if st.query_params.get(DATASET) != dataset_id:
        st.query_params[DATASET] = dataset_id


def require_dataset() -> Dataset:
    """The open dataset with its samples; without one the page ends with the way to get there."""
    chosen = dataset()
    if chosen is None:
        _stop_with("There is no dataset yet.", "Create one from embeddings, or restore the demo.")
    elif not chosen.n_samples:
        _stop_with(
            f"Dataset “{chosen.name}” has no samples yet.", "Add embeddings: their filenames become its samples."
        )
    return chosen


def _stop_with(problem: str, way_out: str) -> None:
    st.info(f"{problem} {way_out}", icon=":material/photo_library:")
    st.page_link("../pages/datasets.py", label="Go to Datasets", icon=":material/arrow_forward:")
    st.stop()


def notify(message: str) -> None:
    """Show a message after the next rerun."""
    st.session_state[NOTICE] = message


def show_notice() -> None:
    if message := st.session_state.pop(NOTICE, None):
        st.toast(message, icon=":material/check_circle:")


@contextmanager
def errors_explained() -> Iterator[None]:
    """Show an error of al_core as its sentence and carry on with the page."""
    try:
        yield
    except ALCoreError as error:
        st.error(plain(str(error)), icon=":material/error:")


def plain(message: str) -> str:
    """The message with none of its characters acting as Markdown or HTML: filenames in it are untrusted."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#+!|$~:" else char for char in message)


def run_job(key: str, title: str, work: Callable[[Progress], Any]) -> Job:
    return jobs().start(key, title, work)


def show_job(key: str, *, unit: str) -> Job | None:
    """Draw the job under way with progress, time left and cancel; return the one that has ended."""
    job = jobs().latest(key)
    if job and job.is_running:
        st.fragment(run_every=0.5)(_watch)(job, unit)
        return None
    if job and job.state is JobState.FAILED:
        st.error(plain(job.error), icon=":material/error:")
    if job and job.state is JobState.CANCELLED:
        st.info(f"{job.title}: cancelled, nothing was stored.", icon=":material/cancel:")
    return job


def _watch(job: Job, unit: str) -> None:
    if not job.is_running:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.fraction, text=_progress_text(job, unit))
        is_cancelled = st.button(
            "Cancel",
            key=f"cancel-{job.id}",
            icon=":material/stop_circle:",
            disabled=job.is_cancelling,
            help="It stops at its next step" if job.is_cancelling else "Stop; nothing is stored",
        )
    if is_cancelled:
        job.cancel()
        st.rerun(scope="fragment")


def _progress_text(job: Job, unit: str) -> str:
    if job.is_cancelling:
        return f"{job.title} · stopping…"
    if not job.done:
        return f"{job.title} · getting ready"
    left = job.seconds_left
    time_left = f"about {left:.0f} s left" if left and left >= 1 else "nearly done"
    return f"{job.title} · {job.done:,} of {job.total:,} {unit} · {time_left}"


def staged_files(uploaded: Sequence[Any]) -> list[Path]:
    """Write uploads to one folder of the workspace, once, and return their paths; those of earlier days go."""
    digest = hashlib.sha256(" ".join(file.file_id for file in uploaded).encode()).hexdigest()
    folder = _uploads_folder() / digest[:24]
    paths = [folder / (Path(file.name).name.strip(".") or "upload") for file in uploaded]
    if not folder.exists():
        _remove_earlier_uploads()
        folder.mkdir(parents=True)
    for path, file in zip(paths, uploaded, strict=True):
        if not path.exists():
            path.write_bytes(file.getbuffer())
    return paths


def discard_staged(path: Path) -> None:
    """Remove an upload with those that came with it; a file elsewhere on this machine stays."""
    folder = path if path.is_dir() else path.parent
    if folder.parent == _uploads_folder():
        shutil.rmtree(folder, ignore_errors=True)


def _uploads_folder() -> Path:
    return local_workspace().home / "uploads"


def _remove_earlier_uploads() -> None:
    for folder in _uploads_folder().glob("*"):
        if time.time() - folder.stat().st_mtime > UPLOAD_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
