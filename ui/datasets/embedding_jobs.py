"""The jobs that embed the images in a dataset's folder, one a dataset: start, progress and outcome."""

from functools import partial

import streamlit as st

from al_core import workflow
from al_core.embedding import BUILT_IN
from al_core.exceptions import InvalidInputError
from al_core.jobs import Job
from al_core.store import Dataset, Kind
from al_core.types import Progress
from ui import jobs, state
from ui.datasets.made import TAKES_BACK_DATASET, take_back_dataset
from ui.datasets.outcome import Embedded, show_outcome
from ui.progress import Wording
from ui.session import Key
from ui.visitor import checked_model, obstacle


def start_embedding(dataset: Dataset, model: str = BUILT_IN) -> None:
    """Embed a dataset's images as a job; one that is under way for the dataset goes on instead."""
    # A page may be open to others than the owner of this machine: it never runs code that a visitor names.
    if model.startswith("python:"):
        raise InvalidInputError("Python functions work with `al-core embed --model`, not on this page")
    allowed = checked_model(model or BUILT_IN)
    workspace = state.local_workspace()
    local = workspace.dataset(dataset.id)
    is_new = not local.n_samples
    names_before = {stored.name for stored in local.arrays.all(Kind.EMBEDDING)}

    def remove_embedding() -> None:
        for stored in local.arrays.all(Kind.EMBEDDING):
            if stored.name not in names_before:
                local.arrays.delete(Kind.EMBEDDING, stored.name)

    def work(progress: Progress) -> Embedded:
        folder = workflow.embed_images(workspace, local, model=allowed, progress=progress)
        if is_new:
            return Embedded(folder, lambda: take_back_dataset(local.id), TAKES_BACK_DATASET)
        return Embedded(folder, remove_embedding, "Removes the embedding again")

    jobs.start(_key(dataset.id), f"Embedding “{dataset.name}”", work)


def is_embedding(dataset: Dataset) -> bool:
    """Return whether a dataset's images are being embedded."""
    job = jobs.latest(_key(dataset.id))
    return job is not None and job.is_running


def show_embeddings(datasets: list[Dataset]) -> None:
    """Draw the jobs under way, and how those have ended that this session has seen running or found first."""
    watched: dict[str, Job] = st.session_state.setdefault(Key.EMBEDDED, {})
    for dataset in datasets:
        job = jobs.latest(_key(dataset.id))
        if job is None:
            continue
        watched[dataset.id] = job
        if job.is_running:
            wording = Wording("images", "looking for images", has_pace=True)
            jobs.show_progress(job, wording, cancel=job.cancel, on_cancel="What is done is kept for the next start")
        elif obstacle() is None:
            jobs.forget(_key(dataset.id))
    for dataset_id, job in list(watched.items()):
        if not job.is_running:
            show_outcome(job, key=f"embedded-{dataset_id}", forget=partial(_forget, dataset_id))


def _forget(dataset_id: str) -> None:
    st.session_state[Key.EMBEDDED].pop(dataset_id, None)


def _key(dataset_id: str) -> str:
    return f"embed:{dataset_id}"
