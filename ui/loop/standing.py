"""Where a dataset stands in the loop, remembered until something of it changes."""

import streamlit as st

from al_core.steps.loop import Loop, read_loop
from al_core.store import Dataset


def loop_of(dataset: Dataset) -> Loop:
    """Return where a dataset stands; a server is asked each time, for its version would be one more request."""
    return read_loop(dataset) if dataset.server else _loop(dataset.version(), dataset)


# Every run of every page asks for it, and unions of masks decide.
@st.cache_resource(max_entries=32, show_spinner=False)
def _loop(version: str, _dataset: Dataset) -> Loop:
    return read_loop(_dataset)
