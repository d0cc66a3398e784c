"""Keeps Streamlit's collection of garbage after every run short."""

import gc
import sys

import streamlit as st

MODULES_OF_A_LIBRARY = 200
"""So many more modules, and what was frozen is no longer most of what there is."""


def freeze_heap(page: str) -> None:
    """Freeze what is alive at the end of a run, for the first time on a page and after large libraries were loaded.

    Streamlit collects all garbage after every run, which takes 90 ms once the large libraries are loaded. What is alive
    then is modules and caches: no longer looked at. A job in the background loads libraries while somebody drags on a
    histogram of a page that has been drawn long ago.
    """
    _freeze(page, len(sys.modules) // MODULES_OF_A_LIBRARY)


@st.cache_resource(show_spinner=False)
def _freeze(page: str, n_libraries: int) -> None:
    # First, or what is garbage by now would stay for good.
    gc.collect()
    gc.freeze()
