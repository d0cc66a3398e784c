"""Labels that are probably wrong, worst first, as a tag and a list to label again."""

import csv
import io

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.formats.files.cells import escape_cell
from al_core.jobs import JobState
from al_core.steps.label_errors import LabelErrors
from al_core.store import Dataset
from al_core.text import counted
from ui import jobs
from ui.images import image_grid
from ui.messages import errors_explained, notify, plain
from ui.sample import show_sample
from ui.visitor import obstacle


def show_label_errors(dataset: Dataset) -> None:
    """Draw the section, once there are labels."""
    if not workflow.label_sets(dataset):
        return
    with st.expander("Label errors", icon=":material/fact_check:"):
        st.caption(
            "Each label is judged by the newest model that came before it, and so has not learned it; without one, by "
            "a small model on the embeddings that was trained on the other labels."
        )
        _show(dataset)


def _show(dataset: Dataset) -> None:
    key = f"label-errors:{dataset.id}"
    running = jobs.latest(key)
    reason = obstacle("The search is running" if running and running.is_running else None)
    if st.button(
        "Find label errors",
        icon=":material/search:",
        disabled=bool(reason),
        help=reason or "Looks at every label that is back; nothing is stored",
    ):
        jobs.forget(key)
        jobs.start(key, "Looking for label errors", lambda progress: workflow.label_errors(dataset, progress=progress))
        st.rerun()
    job = jobs.show(key, unit="labels")
    if job is not None and job.state is JobState.FINISHED:
        _show_found(dataset, job.result)


def _show_found(dataset: Dataset, found: LabelErrors) -> None:
    n_likely = len(found.likely_rows)
    unjudged = f"; {counted(found.n_unjudged, 'image')} could not be judged" if found.n_unjudged else ""
    judged = counted(found.n_judged, "labeled image")
    if not found.errors:
        st.success(f"Nothing suspicious among {judged}{unjudged}.", icon=":material/check_circle:")
        return
    st.markdown(
        f"**{counted(n_likely, 'label')} of {judged} {'is' if n_likely == 1 else 'are'} probably wrong**{unjudged}. "
        "The worst come first; look before you relabel."
    )
    with st.container(horizontal=True):
        _tag_button(dataset, found)
        st.download_button(
            "List to label again",
            lambda: relabel_list(dataset, found),
            file_name=f"{dataset.name}-relabel.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="CSV, worst first: filename, label, suggestion, suspicion; as a tag it can be exported to any tool",
        )
    rows = np.array([error.row for error in found.errors], np.int64)
    opened = image_grid(dataset, rows, lambda place: found.errors[place].text(), key=f"label-errors-{dataset.id}")
    if opened is not None:
        row = opened
        show_sample(dataset, row, below=lambda: _explain(found, row))


def _explain(found: LabelErrors, row: int) -> None:
    for error in found.errors:
        if error.row == row:
            st.caption(f"{plain(error.text())} · judged by {plain(error.judge)}")


def _tag_button(dataset: Dataset, found: LabelErrors) -> None:
    rows = found.likely_rows
    reason = obstacle(None if len(rows) else "No label is called an error")
    if st.button(
        f"Tag {counted(len(rows), 'image')}",
        key="tag-label-errors",
        icon=":material/sell:",
        disabled=bool(reason),
        help=reason or "As a tag of its own, to send to labelers again or to look at on Explore",
    ):
        with errors_explained():
            tag = workflow.tag_label_errors(dataset, found, _free_name(dataset))
            notify(f"Created the tag “{tag.name}”")
            st.rerun()


def relabel_list(dataset: Dataset, found: LabelErrors) -> bytes:
    """Return the suspicious samples as a table, the worst first."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["filename", "kind", "label", "suggested", "suspicion", "judged_by"])
    rows = np.array([error.row for error in found.errors], np.int64)
    for name, error in zip(dataset.filenames(rows), found.errors, strict=True):
        names = [escape_cell(each) for each in (name, error.kind, error.labeled, error.suggested)]
        table.writerow([*names, f"{error.suspicion:.4f}", escape_cell(error.judge)])
    return text.getvalue().encode()


def _free_name(dataset: Dataset) -> str:
    names = {tag.name for tag in dataset.tags()}
    number = 1
    while f"relabel {number}" in names:
        number += 1
    return f"relabel {number}"
