"""Files from the browser, or from a path on this machine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from al_core.formats import ENVELOPE_SUFFIXES, Reader
from ui.messages import errors_explained
from ui.uploads import staged_files
from ui.visitor import machine_path, may_name_paths, obstacle, paths_hint


def types_of(readers: Mapping[str, Reader[Any]]) -> list[str]:
    """Return the endings of the files that these readers read, by themselves or packed."""
    endings = {suffix for reader in readers.values() for suffix in reader.suffixes}
    return sorted(suffix.removeprefix(".") for suffix in endings.union(ENVELOPE_SUFFIXES))


def chosen_file(label: str, types: list[str], key: str, hint: str) -> Path | None:
    """Return the file that was dropped or whose path was typed, if there is one."""
    reason = obstacle()
    uploaded = st.file_uploader(label, type=types, key=f"{key}-upload", help=reason or hint, disabled=bool(reason))
    if uploaded:
        return staged_files([uploaded])[0]
    return _typed_path("… or its path on this machine", key)


def chosen_files(label: str, types: list[str], key: str, hint: str) -> list[Path]:
    """Return the files that were dropped together, or the one file or folder whose path was typed."""
    reason = obstacle()
    uploaded = st.file_uploader(
        label,
        type=types,
        key=f"{key}-upload",
        help=reason or hint,
        disabled=bool(reason),
        accept_multiple_files=True,
    )
    if uploaded:
        return staged_files(uploaded)
    typed = _typed_path("… or the path of a file or folder on this machine", key)
    return [typed] if typed else []


def _typed_path(label: str, key: str) -> Path | None:
    if not may_name_paths():
        return None
    hint = f"For files too large to upload: read in place, never copied{paths_hint()}"
    typed = st.text_input(label, key=f"{key}-path", disabled=bool(obstacle()), help=obstacle(hint))
    if not typed.strip():
        return None
    with errors_explained():
        return machine_path(typed)
    return None
