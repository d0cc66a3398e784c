"""Numbers and texts known of each sample, from a file, for the filters and colours of Explore."""

from pathlib import Path

import streamlit as st

from al_core import workflow
from al_core.formats import METADATA_READERS, read_metadata
from al_core.store import Dataset
from al_core.text import counted
from ui import state
from ui.examples import show_examples
from ui.file_drop import chosen_file

TYPES = sorted({suffix[1:] for reader in METADATA_READERS.values() for suffix in reader.suffixes})
ROUND = "metadata-round"


def metadata_form(dataset: Dataset) -> None:
    """Draw the section for the open dataset."""
    st.subheader(f"Metadata of {dataset.name}")
    st.caption("Numbers and texts known of its samples. Explore filters and colours by them.")
    key = f"metadata-{st.session_state.get(ROUND, 0)}"
    file = chosen_file("Metadata", TYPES, key, "CSV or Parquet with a column filename, or Lightly's custom metadata")
    if file:
        with state.errors_explained():
            _preview(dataset, file)
    show_examples("metadata")


def _preview(dataset: Dataset, file: Path) -> None:
    table = read_metadata(file)
    report = workflow.check_predictions(dataset, table, source=file.name)
    for noun, names in (("numbers", table.columns), ("texts", table.texts)):
        if names:
            st.markdown(f":material/manage_search: **Columns of {noun}:** {state.plain(', '.join(names))}")
    for name, reason in table.left_out.items():
        st.markdown(f"- {state.plain(f'{name} is left out: {reason}')}.")
    st.markdown("\n".join(f"- {state.plain(sentence)}" for sentence in report.sentences()))
    if st.button("Add metadata", type="primary", disabled=not report.usable, icon=":material/save:"):
        names = workflow.store_metadata(dataset, table, report)
        state.notify(f"Added {counted(len(names), 'column')} to {counted(report.n_used, 'sample')}")
        state.discard_staged(file)
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        st.rerun()
