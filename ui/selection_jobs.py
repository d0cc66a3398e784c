"""The selection of a dataset under way: every server of the catalog shows and cancels it, and takes it over.

What else a dashboard does in the background, `ui.jobs`, belongs to its process.
"""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from al_core import workflow
from al_core.api.server.context import Context, Services
from al_core.config import SelectionConfig
from al_core.jobs import Job, JobState, JobStatus
from al_core.steps.selection_plan import SelectionInputs
from al_core.steps.selection_recipe import KIND, write_recipe
from al_core.store import Dataset, Tag
from al_core.types import Progress
from ui import jobs
from ui.session import Key


@dataclass
class _Shared:
    """What the pages of this process have in common with its API: None until `share`."""

    context: Context | None = None


_shared = _Shared()


def share(context: Context) -> None:
    """Let the API of this process do the selections from now on, whose jobs are in the catalog and leased there."""
    _shared.context = context


def start(
    dataset: Dataset,
    config: SelectionConfig,
    *,
    title: str = "",
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    cluster: str | None = None,
) -> None:
    """Start a selection, unless this process has one of the dataset under way.

    Another server that takes it over does it where its own settings say: nobody but who is at this machine names a
    cluster, and no server obeys another in that.

    Raises:
        BusyError: If too many jobs are waiting.
    """
    # Drawn once: a server that takes the selection over picks the same images.
    config = config.seeded()
    title = title or f"Selecting by {config.method}"

    def select(progress: Progress) -> str:
        selection = workflow.run_selection(
            dataset, config, query_tag=query_tag, labeled_tag=labeled_tag, cluster=cluster, progress=progress
        )
        return selection.tag.id

    services = _services(dataset)
    if services is None:
        _note_own(dataset, jobs.start(_key(dataset), title, select))
        return
    recipe = write_recipe(config, SelectionInputs(query_tag, labeled_tag))
    job = services.jobs.start(_key(dataset), title, select, dataset.id, recipe)
    _followed().add(job.id)
    _note_own(dataset, job)


def ended() -> list[tuple[Dataset, str]]:
    """Return the selections that this session has started and that have ended since it asked last.

    Each is the dataset and the id of the tag that was stored.
    """
    own: dict[str, Dataset] = st.session_state.get(Key.SELECTING, {})
    stored = []
    for job_id, dataset in tuple(own.items()):
        job = find(job_id)
        if job is not None and job.is_running:
            continue
        # One that nobody knows any more has ended with its process.
        del own[job_id]
        if job is not None and job.state is JobState.FINISHED:
            stored.append((dataset, job.result))
    return stored


def latest(dataset: Dataset) -> JobStatus | None:
    """Return the selection under way, on whichever server, or the one whose end this session is to see."""
    services = _services(dataset)
    if services is None:
        return jobs.latest(_key(dataset))
    record = services.workspace.job_records.newest(dataset.id, KIND)
    if record is None:
        return None
    # Of its own jobs this process knows how far they are.
    job = services.jobs.find(record.id) or record
    if job.is_running:
        _followed().add(job.id)
    # Why one of last week failed is of no use to whoever comes now.
    is_shown = job.id in _followed() or job is services.jobs.latest(_key(dataset))
    return job if is_shown else None


def is_under_way(dataset: Dataset) -> bool:
    """Return whether images of a dataset are being selected."""
    job = latest(dataset)
    return job is not None and job.is_running


def show(dataset: Dataset) -> JobStatus | None:
    """Draw the selection under way, or how it failed; return the one that has ended."""
    job = latest(dataset)
    return jobs.show_job(job, unit="picked", cancel=partial(_cancel, job.id)) if job else None


def find(job_id: str) -> JobStatus | None:
    """Return a job of this process, or a job of any server that is in the catalog; None if there is none."""
    services = _opened()
    return _own_job(job_id) or (services.workspace.job_records.find(job_id) if services else None)


def under_way() -> list[JobStatus]:
    """Return the jobs under way that are in the catalog, in the order of their starts."""
    services = _opened()
    if services is None:
        return []
    return [services.jobs.find(record.id) or record for record in services.workspace.job_records.under_way()]


def _cancel(job_id: str) -> None:
    job = _own_job(job_id)
    services = _opened()
    if job:
        job.cancel()
    elif services:
        services.workspace.job_records.cancel(job_id)


def _own_job(job_id: str) -> Job | None:
    """Return a job that this process works on, or worked on."""
    services = _opened()
    return jobs.find(job_id) or (services.jobs.find(job_id) if services else None)


def _services(dataset: Dataset) -> Services | None:
    """Return what does the selections of a dataset here; the server of a remote one has its own."""
    return None if dataset.server else _opened()


def _opened() -> Services | None:
    return _shared.context.open() if _shared.context else None


def _followed() -> set[str]:
    """Return the ids of the selections that this session has started or seen under way."""
    followed: set[str] = st.session_state.setdefault(Key.FOLLOWED, set())
    return followed


def _note_own(dataset: Dataset, job: Job) -> None:
    # A server would have to be asked on every page whether the dataset is still there.
    if not dataset.server:
        st.session_state.setdefault(Key.SELECTING, {})[job.id] = dataset


def _key(dataset: Dataset) -> str:
    return f"selection:{dataset.id}"
