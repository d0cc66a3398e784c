"""A file of predictions as it is to be read, and reading it: large ones as a job."""

from dataclasses import dataclass

import streamlit as st

from al_core.formats import PredictionFiles, Predictions, ReadingChoices, ScoreTable
from al_core.formats.worker import read_prediction_files
from al_core.jobs import JobState
from al_core.types import Progress
from ui import jobs
from ui.clicks import clicked
from ui.reruns import rerun
from ui.session import Key

# Smaller files are read within a second, sooner than a job would show its first progress.
LARGE_BYTES = 20 * 2**20

Contents = Predictions | ScoreTable


@dataclass(frozen=True)
class PredictionSource:
    """Files and how to read them."""

    files: PredictionFiles
    choices: ReadingChoices

    @property
    def name(self) -> str:
        """What the report calls it."""
        return self.files.predictions.name

    @property
    def key(self) -> str:
        """What the result depends on; another content has another key."""
        paths = [self.files.predictions, self.files.images, self.files.class_names]
        stamps = [f"{path}@{path.stat().st_mtime_ns}" for path in paths if path]
        return f"{self.choices} {' '.join(stamps)}"

    @property
    def is_large(self) -> bool:
        """Whether reading takes long enough to be a job."""
        path = self.files.predictions
        return path.is_dir() or path.stat().st_size > LARGE_BYTES

    def read(self, progress: Progress | None = None) -> Contents:
        """Return what the files hold."""
        return read_prediction_files(self.files, self.choices, progress=progress)


def read_source(source: PredictionSource) -> Contents | None:
    """Return what the files hold, or None while they are being read, or if that failed or was canceled."""
    key = f"read {source.key}"
    _forget_others(key)
    if not source.is_large:
        return _read_now(key, source)
    if jobs.latest(key) is None:
        jobs.start(key, f"Reading {source.name}", source.read)
    job = jobs.show(key, unit="%")
    if job is None:
        return None
    if job.state is JobState.FINISHED:
        contents: Contents = job.result
        return contents
    if clicked("Read it again", key="read-again", hint="Start from the beginning"):
        jobs.forget(key)
        rerun()
    return None


def reading_failed(source: PredictionSource) -> bool:
    """Return whether the job that reads the files has failed."""
    job = jobs.latest(f"read {source.key}")
    return job is not None and job.state is JobState.FAILED


def forget_source() -> None:
    """Let go of what was read, in memory and on disk."""
    _forget_others("")
    _read_now.clear()


def _forget_others(key: str) -> None:
    earlier = st.session_state.get(Key.READING)
    if earlier and earlier != key:
        job = jobs.latest(earlier)
        if job:
            job.cancel()
            jobs.forget(earlier)
    st.session_state[Key.READING] = key


# The content of a file may take gigabytes: the newest, and the one before while its report is still on the page.
@st.cache_resource(max_entries=2, show_spinner="Reading the file…")
def _read_now(key: str, _source: PredictionSource) -> Contents:
    return _source.read()
