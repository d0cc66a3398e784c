"""What goes to the training, and batches of test samples: the first download once labels are back."""

import streamlit as st

from al_core import workflow
from al_core.steps.round_results import RoundsReport
from al_core.steps.training_labels import SUFFIXES
from al_core.store import Dataset
from al_core.text import counted
from ui.messages import errors_explained, notify
from ui.visitor import obstacle


def training_download(dataset: Dataset) -> None:
    """Draw the choice of a format and the download, if there are labels to train on."""
    formats = workflow.training_formats(dataset)
    if not formats:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        format = formats[0]
        if len(formats) > 1:
            format = st.selectbox("Format", formats, format_func=str.upper, width=140, help="Of the training labels")
        n_labels = len(workflow.training_set(dataset))
        st.download_button(
            "Training labels",
            lambda: workflow.export_training_labels(dataset, format),
            file_name=f"{dataset.name}-training-labels{SUFFIXES[format]}",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
            help=f"Labels of {counted(n_labels, 'image')}, without those that test: never train on them",
        )


def batch_button(dataset: Dataset, report: RoundsReport) -> None:
    """Draw the button that selects test samples alone, as many as the target's claim needs or the reserve has."""
    n_more = report.claim.n_more or 0
    n_batch = min(n_more, report.n_reserve)
    if not n_batch:
        return
    reason = obstacle()
    if st.button(
        f"Choose {counted(n_batch, 'test sample')}",
        icon=":material/straighten:",
        disabled=bool(reason),
        help=reason or "A batch of test samples alone, the next ones of the reserve, to measure accuracy more sharply",
    ):
        with errors_explained():
            selection = workflow.select_tests(dataset, n_batch, dataset.free_tag_name("test batch "))
            notify(f"Selected {counted(len(selection.added_rows), 'test sample')} as “{selection.tag.name}”")
            st.rerun()
