"""What is drawn on the map of each dataset: kept while its page is left, and in the address."""

from typing import Any, Final

import streamlit as st

from al_core.explore.address import Outline
from al_core.store import Dataset
from ui.session import Key

PCA: Final = "PCA"
UMAP: Final = "UMAP"


def current(dataset: Dataset) -> Outline | None:
    """Return the outline on the map of a dataset."""
    outline: Outline | None = _all(Key.OUTLINES).get(dataset.id)
    return outline


def come_back(dataset: Dataset) -> None:
    """Have the map draw the outline again: the browser has forgotten it with the page."""
    _all(Key.RETURNING_OUTLINES)[dataset.id] = current(dataset)


def show(dataset: Dataset, method: str | None, outline: Outline | None) -> None:
    """Show a map, once it is there, with an outline drawn on it."""
    _all(Key.OUTLINES)[dataset.id] = outline
    come_back(dataset)
    if method in (PCA, UMAP):
        _all(Key.METHODS)[dataset.id] = method


def returning(dataset: Dataset, map_name: str) -> Outline | None:
    """Return the outline that this map has to draw because the browser does not have it."""
    outline: Outline | None = _all(Key.RETURNING_OUTLINES).get(dataset.id)
    return outline if outline and outline.map == map_name else None


def note(dataset: Dataset, outline: Outline | None, *, is_from_browser: bool) -> None:
    """Remember what is drawn now; once the browser has reported an outline, it need not return."""
    _all(Key.OUTLINES)[dataset.id] = outline
    if is_from_browser:
        _all(Key.RETURNING_OUTLINES).pop(dataset.id, None)


def forget(dataset: Dataset) -> None:
    """Nothing is drawn any more."""
    _all(Key.OUTLINES).pop(dataset.id, None)
    _all(Key.RETURNING_OUTLINES).pop(dataset.id, None)


def _all(key: Key) -> dict[str, Any]:
    entries: dict[str, Any] = st.session_state.setdefault(key, {})
    return entries
