"""Work in the background of this process: starting it, and showing how far it is."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from al_core.jobs import Job, Jobs, JobState, JobStatus
from al_core.text import counted, duration
from al_core.types import Progress
from ui.clicks import clicked
from ui.messages import plain, show_error
from ui.progress import Wording, progress_bar
from ui.reruns import rerun
from ui.session import Key
from ui.visitor import obstacle

# A page lets go of a job once it has shown the outcome. A tab that was closed before leaves it here with its result,
# which may be a whole file of predictions.
MOST_REMEMBERED = 20

Shown = TypeVar("Shown", bound=JobStatus)


@st.cache_resource(show_spinner=False)
def _jobs() -> Jobs:
    """One for all sessions: a job survives a reload of its page."""
    return Jobs(most_remembered=MOST_REMEMBERED)


def start(key: str, title: str, work: Callable[[Progress], Any]) -> Job:
    """Start `work(progress)`, or return the job of that key that is under way."""
    return _jobs().start(key, title, work)


def latest(key: str) -> Job | None:
    """Return the newest job of that key, if there is one."""
    return _jobs().latest(key)


def find(job_id: str) -> Job | None:
    """Return the job with that id, if it is remembered."""
    return _jobs().find(job_id)


def forget(key: str) -> None:
    """Drop a job that has ended, once its outcome has been shown."""
    _jobs().forget(key)


def show_running(others: Sequence[JobStatus] = ()) -> None:
    """Say in the sidebar of every page how many jobs are under way, these and others, and how far each of them is."""
    running: list[JobStatus] = [*_jobs().running(), *others]
    if not running:
        return
    with st.sidebar.container(key="running-jobs"):
        st.caption(f":material/hourglass_top: {counted(len(running), 'job')} under way")
        for job in running:
            st.caption(f"{plain(job.title)} · {_how_far(job)}", help="As of the last time this page was drawn")


def _how_far(job: JobStatus) -> str:
    if not job.fraction:
        return "getting ready"
    seconds = job.seconds_left
    return f"{job.fraction:.0%} done, on another server" if seconds is None else f"about {duration(seconds)} left"


def start_button(
    label: str,
    key: str,
    title: str,
    work: Callable[[Progress], Any],
    *,
    icon: str,
    hint: str,
) -> None:
    """Draw a button that starts a job in the place of the one that has ended, and rerun the page once it is pressed."""
    running = latest(key)
    reason = obstacle("It is under way: wait for it or cancel it" if running and running.is_running else None)
    if clicked(label, key=f"start-{key}", icon=icon, reason=reason, hint=hint):
        forget(key)
        start(key, title, work)
        rerun()


def show(key: str, *, unit: str) -> Job | None:
    """Draw the job under way with progress, time left and cancel, or how it failed; return the one that has ended."""
    job = latest(key)
    return show_job(job, unit=unit, cancel=job.cancel) if job else None


def show_job(job: Shown, *, unit: str, cancel: Callable[[], None]) -> Shown | None:
    """Do what `show` does with a job that another server may work on; `cancel` asks it to stop."""
    if job.is_running:
        show_progress(job, Wording(unit), cancel=cancel)
        return None
    _settle(job)
    if job.state is JobState.FAILED:
        show_error(job.error)
    if job.state is JobState.CANCELLED:
        st.info(f"{plain(job.title)}: canceled; nothing was stored.", icon=":material/cancel:")
    return job


def _settle(job: JobStatus) -> None:
    """Rerun the page once for a job that has ended: what is above may have been drawn while it was under way."""
    settled = st.session_state.setdefault(Key.SETTLED, set())
    if job.id not in settled:
        # Before the rerun, or there would be no end of them.
        settled.add(job.id)
        rerun()


def show_progress(
    job: JobStatus, wording: Wording, *, cancel: Callable[[], None], on_cancel: str = "Stop; nothing is stored"
) -> None:
    """Draw the progress of a job until it ends, when the page reruns; `on_cancel` says what canceling means."""
    hindrance = obstacle("It will stop at its next step" if job.is_canceling else None)
    with st.container(horizontal=True, vertical_alignment="center"):
        # It asks `/jobs/ID` by itself: no rerun of the page is needed to move it.
        progress_bar(job, wording)
        st.button(
            "Cancel",
            key=f"cancel-{job.id}",
            icon=":material/stop_circle:",
            disabled=bool(hindrance),
            help=hindrance or on_cancel,
            on_click=cancel,
        )
