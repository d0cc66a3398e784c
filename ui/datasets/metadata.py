"""Numbers and text about each image, from a file, for the filters and colors of Explore."""

from pathlib import Path

import streamlit as st

from al_core import workflow
from al_core.formats import METADATA_READERS, MetadataTable
from al_core.formats.worker import read_metadata
from al_core.steps.metadata import take_back_metadata
from al_core.store import Dataset
from al_core.store.identity import now
from al_core.text import counted
from ui import state
from ui.clicks import clicked
from ui.datasets.new import foldable
from ui.examples import show_examples
from ui.file_drop import chosen_file, types_of
from ui.messages import errors_explained, notify, plain, plain_list
from ui.reruns import rerun
from ui.session import Key, next_round, round_of
from ui.undo import offer_undo_of_storing
from ui.uploads import discard_staged
from ui.visitor import obstacle

TYPES = types_of(METADATA_READERS)


def metadata_form(dataset: Dataset, *, is_folded: bool) -> None:
    """Draw the section for the open dataset."""
    with foldable(f"Metadata of {plain(dataset.name)}", ":material/description:", is_folded=is_folded):
        _form(dataset)


def _form(dataset: Dataset) -> None:
    st.caption("Numbers and text about your images, to filter and color by on Explore.")
    key = f"metadata-{round_of(Key.METADATA_ROUND)}"
    file = chosen_file("Metadata", TYPES, key, "CSV or Parquet with a column filename, or Lightly's custom metadata")
    if file:
        with errors_explained():
            _preview(dataset, file)
    show_examples("metadata")


def _preview(dataset: Dataset, file: Path) -> None:
    table = read_metadata(file)
    report = workflow.check_predictions(dataset, table, source=file.name)
    _show_columns(table)
    st.markdown(plain_list(report.sentences()))
    reason = obstacle(None if report.usable else "The file cannot be used as it is: see the report")
    if clicked("Add metadata", key="add-metadata", is_next=True, icon=":material/save:", reason=reason):
        before = now()
        names = workflow.store_metadata(dataset, table, report)
        sentence = f"Added {counted(len(names), 'column')} to {counted(report.n_used, 'image')}"
        if dataset.server:
            notify(sentence)
        else:
            workspace = state.local_workspace()
            local = workspace.dataset(dataset.id)
            offer_undo_of_storing(sentence, lambda: take_back_metadata(workspace, local, names, since=before))
        discard_staged(file)
        # An uploader cannot be emptied; another key makes another one.
        next_round(Key.METADATA_ROUND)
        rerun()


def _show_columns(table: MetadataTable) -> None:
    for kind, names in (("Numeric", list(table.columns)), ("Text", list(table.texts))):
        if names:
            st.markdown(f":material/manage_search: **{kind} columns:** {plain(', '.join(names))}")
    if table.left_out:
        st.markdown(plain_list([f"{name} is left out: {reason}." for name, reason in table.left_out.items()]))
