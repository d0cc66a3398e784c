import gc

import pytest
import streamlit as st

from ui import heap


def test_the_heap_is_frozen_once_for_a_page_and_again_after_large_libraries_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    st.cache_resource.clear()
    frozen: list[str] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append("once"))
    heap.freeze_heap("explore")
    heap.freeze_heap("explore")
    assert len(frozen) == 1
    monkeypatch.setattr(heap, "MODULES_OF_A_LIBRARY", 1)
    heap.freeze_heap("explore")
    assert len(frozen) == 2
