"""From a file to stored scores: read, compare with the dataset, show what was found, store on the button."""

import streamlit as st

from al_core import workflow
from al_core.formats import JoinReport, Policy, PredictionFiles, Predictions, ScoreTable
from al_core.jobs import JobState
from al_core.store import Dataset
from al_core.text import counted
from al_core.types import Progress
from ui import state
from ui.predictions.layout import LABELS, completed, source_of
from ui.predictions.report import report_download, show_recognised, show_report
from ui.predictions.source import PredictionSource, forget_source, read_source

ROUND = "upload-round"


def import_form(dataset: Dataset, files: PredictionFiles) -> None:
    """Draw the form for these files; while large ones are stored, how far that is."""
    key = f"store:{dataset.id}"
    job = state.show_job(key, unit="samples")
    if job and job.state is JobState.FINISHED:
        state.jobs().forget(key)
        _finish(files, job.result)
    elif job or state.jobs().latest(key) is None:
        _check_and_store(dataset, files)


def _check_and_store(dataset: Dataset, files: PredictionFiles) -> None:
    source, policy, room = source_of(files)
    found = read_source(source)
    if found is None:
        return
    show_recognised(found, LABELS[source.format])
    key = source.key
    if isinstance(found, Predictions):
        found, depends = completed(dataset, found, room)
        key += depends
    prepared, report = _joined(key, dataset.id, source.name, policy, False, dataset, found)
    if report.looks_like_logits:
        st.warning("Most rows do not sum to 1 or leave 0 to 1: the values look like logits.", icon=":material/help:")
        if st.toggle("Apply a softmax to each row", help="Makes logits probabilities; without it nothing is changed"):
            prepared, report = _joined(key, dataset.id, source.name, policy, True, dataset, found)
    show_report(report)
    _store_button(dataset, source, prepared, report)


@st.cache_resource(max_entries=2, show_spinner="Comparing with the dataset…")
def _joined(
    key: str,
    dataset_id: str,
    name: str,
    policy: Policy,
    softmax: bool,
    _dataset: Dataset,
    _found: Predictions | ScoreTable,
) -> tuple[Predictions | ScoreTable, JoinReport]:
    found = _found.softmax() if softmax and isinstance(_found, Predictions) else _found
    return found, workflow.check_predictions(_dataset, found, source=name, policy=policy)


def _store_button(
    dataset: Dataset, source: PredictionSource, found: Predictions | ScoreTable, report: JoinReport
) -> None:
    stem = source.files.predictions.stem
    reason = None if report.usable else "The file cannot be used as it is: see the report"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = stem
        if isinstance(found, Predictions):
            name = st.text_input("Name of these predictions", stem, help="Shown wherever their scores are used") or stem
        is_wanted = st.button(
            "Store and score", type="primary", disabled=not report.usable, help=reason, icon=":material/save:"
        )
        report_download(report)
    if not is_wanted:
        return

    def work(progress: Progress | None = None) -> str:
        scores = workflow.store_predictions(dataset, found, report, name=name, progress=progress)
        return f"Stored {counted(len(scores), 'score')} of {counted(report.n_used, 'sample')}"

    if source.is_large:
        state.run_job(f"store:{dataset.id}", f"Storing {source.name}", work)
        st.rerun()
    _finish(source.files, work())


def _finish(files: PredictionFiles, message: str) -> None:
    """Let go of the files, so that the page is ready for the next ones."""
    state.notify(message)
    forget_source()
    _joined.clear()
    for path in (files.predictions, files.images, files.class_names):
        if path:
            state.discard_staged(path)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.rerun()
