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
from ui.messages import plain
from ui.sample import show_sample
from ui.tags.button import tag_button


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
    jobs.start_button(
        "Find label errors",
        key,
        "Looking for label errors",
        lambda progress: workflow.label_errors(dataset, progress=progress),
        icon=":material/search:",
        hint="Looks at every label that is back; nothing is stored",
    )
    job = jobs.show(key, unit="images")
    if job is not None and job.state is JobState.FINISHED:
        _show_result(dataset, job.result)


def _show_result(dataset: Dataset, result: LabelErrors) -> None:
    n_likely = len(result.likely_rows)
    unjudged = f"; {counted(result.n_unjudged, 'image')} could not be judged" if result.n_unjudged else ""
    judged = counted(result.n_judged, "labeled image")
    if not result.errors:
        st.success(f"Nothing suspicious among {judged}{unjudged}.", icon=":material/check_circle:")
        return
    st.markdown(
        f"**{counted(n_likely, 'label')} of {judged} {'is' if n_likely == 1 else 'are'} probably wrong**{unjudged}. "
        "The worst come first; look before you relabel."
    )
    with st.container(horizontal=True):
        tag_button(
            dataset,
            f"Tag {counted(n_likely, 'image')}",
            lambda: workflow.tag_label_errors(dataset, result, dataset.free_tag_name("relabel ")),
            key="tag-label-errors",
            hint="As a tag of its own, to send to labelers again or to look at on Explore",
            empty=None if n_likely else "No label is probably wrong",
        )
        st.download_button(
            "List to label again",
            lambda: relabel_list(dataset, result),
            file_name=f"{dataset.name}-relabel.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="CSV, worst first: filename, label, suggestion, suspicion, whether annotators disagree. A tag can "
            "be exported to any tool",
        )
    rows = np.array([error.row for error in result.errors], np.int64)
    opened = image_grid(dataset, rows, lambda place: result.errors[place].text(), key=f"label-errors-{dataset.id}")
    if opened is not None:
        row = opened
        show_sample(dataset, row, below=lambda: _explain(result, row))


def _explain(result: LabelErrors, row: int) -> None:
    for error in result.errors:
        if error.row == row:
            st.caption(f"{plain(error.text())} · judged by {plain(error.judge)}")


def relabel_list(dataset: Dataset, result: LabelErrors) -> bytes:
    """Return the suspicious samples as a table, the worst first."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["filename", "kind", "label", "suggested", "suspicion", "annotators_disagree", "judged_by"])
    rows = np.array([error.row for error in result.errors], np.int64)
    for name, error in zip(dataset.filenames(rows), result.errors, strict=True):
        names = [escape_cell(each) for each in (name, error.kind, error.labeled, error.suggested)]
        disagree = "yes" if error.annotators_disagree else "no"
        table.writerow([*names, f"{error.suspicion:.4f}", disagree, escape_cell(error.judge)])
    return text.getvalue().encode()
