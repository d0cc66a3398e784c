"""Work in the background of this process: starting it, and showing how far it is."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from al_core.jobs import Job, Jobs, JobState
from al_core.text import duration
from al_core.types import Progress
from ui.messages import plain, show_error
from ui.visitor import obstacle

# Often enough for a bar that moves; each time costs the browser one message of 150 bytes.
POLL_SECONDS = 0.5

# A page lets go of a job once it has shown the outcome. A tab that was closed before leaves it here with its result,
# which may be a whole file of predictions.
MOST_REMEMBERED = 20


@st.cache_resource
def _jobs() -> Jobs:
    """One for all sessions: a job survives a reload of its page."""
    return Jobs(most_remembered=MOST_REMEMBERED)


def start(key: str, title: str, work: Callable[[Progress], Any]) -> Job:
    """Start `work(progress)`, or return the job of that key that is under way."""
    return _jobs().start(key, title, work)


def latest(key: str) -> Job | None:
    """Return the newest job of that key, if there is one."""
    return _jobs().latest(key)


def forget(key: str) -> None:
    """Drop a job that has ended, once its outcome has been shown."""
    _jobs().forget(key)


def show(key: str, *, unit: str) -> Job | None:
    """Draw the job under way with progress, time left and cancel, or how it failed; return the one that has ended."""
    job = latest(key)
    if job is None:
        return None
    if job.is_running:
        show_progress(job, unit=unit)
        return None
    if job.state is JobState.FAILED:
        show_error(job.error)
    if job.state is JobState.CANCELLED:
        st.info(f"{plain(job.title)}: canceled; nothing was stored.", icon=":material/cancel:")
    return job


def show_progress(
    job: Job,
    *,
    unit: str,
    waiting: str = "getting ready",
    on_cancel: str = "Stop; nothing is stored",
    has_pace: bool = False,
) -> None:
    """Draw the progress of a job until it ends, and rerun the page then.

    Args:
        job: One that is under way.
        unit: What its steps count, such as "images".
        waiting: What it does before its first step.
        on_cancel: What canceling means.
        has_pace: Whether steps per second mean something to people.
    """
    # A fragment reruns on its own, so the rest of the page stays as it is.
    st.fragment(run_every=POLL_SECONDS)(_watch)(job, unit, waiting, on_cancel, has_pace)


def _watch(job: Job, unit: str, waiting: str, on_cancel: str, has_pace: bool) -> None:
    if not job.is_running:
        st.rerun()
    hindrance = obstacle("It stops at its next step" if job.is_canceling else None)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.fraction, text=plain(_progress_text(job, unit, waiting, has_pace)))
        is_cancelled = st.button(
            "Cancel",
            key=f"cancel-{job.id}",
            icon=":material/stop_circle:",
            disabled=bool(hindrance),
            help=hindrance or on_cancel,
        )
    if is_cancelled:
        job.cancel()
        st.rerun(scope="fragment")


def _progress_text(job: Job, unit: str, waiting: str, has_pace: bool) -> str:
    if job.is_canceling:
        return f"{job.title} · stopping…"
    if job.state is JobState.WAITING:
        return f"{job.title} · waiting until other work has ended"
    seconds = job.seconds_left
    if seconds is None:
        return f"{job.title} · {waiting}"
    parts = [job.title, f"{job.done:,} of {job.total:,} {unit}"]
    if seconds < 1:
        return " · ".join([*parts, "nearly done"])
    if has_pace:
        parts.append(f"{(job.total - job.done) / seconds:,.0f} {unit}/s")
    return " · ".join([*parts, f"about {duration(seconds)} left"])
