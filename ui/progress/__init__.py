"""The progress of a job, drawn by the browser, which asks for it until the page has shown how the job ended."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from al_core.jobs import JobState, JobStatus
from al_core.text import duration
from ui.messages import one_line

__all__ = ["Wording", "progress_bar"]

FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "job_progress",
    css=(FOLDER / "progress.css").read_text(encoding="utf-8"),
    js=(FOLDER / "progress.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Wording:
    """How the progress of a job is told.

    Attributes:
        unit: What its steps count, such as "images".
        waiting: What it does before its first step.
        has_pace: Whether steps per second mean something to people.
    """

    unit: str
    waiting: str = "getting ready"
    has_pace: bool = False

    def describe(self, job: JobStatus) -> str:
        """Return how far a job is, as one line."""
        title = one_line(job.title)
        if job.is_canceling:
            return f"{title} · stopping…"
        if job.state is JobState.WAITING:
            return f"{title} · waiting until other work has ended"
        if not job.fraction:
            return f"{title} · {self.waiting}"
        parts = [title, f"{job.done:,} of {job.total:,} {self.unit}"]
        seconds = job.seconds_left
        if seconds is None:
            return " · ".join([*parts, "on another server"])
        if seconds < 1:
            return " · ".join([*parts, "nearly done"])
        if self.has_pace:
            parts.append(f"{(job.total - job.done) / seconds:,.0f} {self.unit}/s")
        return " · ".join([*parts, f"about {duration(seconds)} left"])


def progress_bar(job: JobStatus, wording: Wording) -> None:
    """Draw how far a job is; the page reruns when it ends."""
    query = {"unit": wording.unit, "waiting": wording.waiting, **({"pace": 1} if wording.has_pace else {})}
    _component(
        key=f"progress-{job.id}",
        data={
            "address": f"/jobs/{job.id}?{urlencode(query)}",
            "text": wording.describe(job),
            "fraction": job.fraction,
        },
        on_ended_change=_rerun,
    )


def _rerun() -> None:
    """The message itself reruns the page; Streamlit wants a callback for it."""
