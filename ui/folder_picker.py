"""Finding a folder on this machine by its parents and by the beginning of its name, for people who sit at it."""

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import streamlit as st

from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.text import counted
from ui.messages import plain
from ui.visitor import visitor

MOST_READ = 20_000
"""Entries of a folder that are looked at: a page must not wait for a disk with millions of them."""

MOST_SHOWN = 100
LIST_HEIGHT = 320


@dataclass(frozen=True)
class Listing:
    """What is in a folder.

    Attributes:
        folder: The folder.
        subfolders: Names of those that fit what was typed, in alphabetical order, without hidden ones.
        n_images: How many images lie directly in it.
        is_cut: Whether there is more in it than was looked at.
    """

    folder: Path
    subfolders: tuple[str, ...]
    n_images: int
    is_cut: bool


def list_folder(typed: str, home: Path) -> Listing:
    """Return what is in a folder that somebody has typed, or begun to type.

    Args:
        typed: A path. What follows its last existing folder is taken for the beginning of a name.
        home: Where to begin while nothing is typed.
    """
    path = Path(typed).expanduser() if typed else home
    folder = next((parent for parent in (path, *path.parents) if _is_folder(parent)), home)
    rest = path.relative_to(folder).parts if path.is_relative_to(folder) else ()
    beginning = rest[0].lower() if rest else ""
    try:
        with os.scandir(folder) as entries:
            # One more, which tells that the list is cut.
            read = list(islice(entries, MOST_READ + 1))
    except OSError:
        read = []
    names = [entry.name for entry in read if not entry.name.startswith(".") and _is_folder(Path(entry.path))]
    fitting = sorted((name for name in names if name.lower().startswith(beginning)), key=str.lower)
    n_images = sum(Path(entry.name).suffix.lower() in IMAGE_SUFFIXES for entry in read[:MOST_READ])
    return Listing(folder, tuple(fitting), n_images, len(read) > MOST_READ)


def folder_picker(field_key: str, *, disabled: bool = False) -> None:
    """Draw a button that opens the folders around what stands in a text field, and writes the chosen one into it.

    Nothing is drawn for people at other machines: they may not look around on this one.
    """
    if not visitor().is_here:
        return
    with st.popover("Browse", icon=":material/folder_open:", disabled=disabled, help="The folders on this machine"):
        listing = list_folder(str(st.session_state.get(field_key, "")).strip(), Path.home())
        more = " or more" if listing.is_cut else ""
        st.markdown(f"**{plain(str(listing.folder))}**  \n{counted(listing.n_images, 'image')}{more} directly in it")
        with st.container(height=LIST_HEIGHT, border=False):
            _step("..", listing.folder.parent, field_key, icon="arrow_upward")
            for name in listing.subfolders[:MOST_SHOWN]:
                _step(name, listing.folder / name, field_key, icon="folder")
        if len(listing.subfolders) > MOST_SHOWN:
            st.caption(f"and {len(listing.subfolders) - MOST_SHOWN:,} more; type the beginning of the name")


def _step(label: str, folder: Path, field_key: str, *, icon: str) -> None:
    st.button(
        plain(label),
        key=f"{field_key}-step-{label}",
        icon=f":material/{icon}:",
        type="tertiary",
        on_click=_write,
        args=(field_key, str(folder)),
    )


def _write(field_key: str, path: str) -> None:
    # In a callback: once a run has drawn the field, Streamlit refuses to change what stands in it.
    st.session_state[field_key] = path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    # ValueError: what somebody types may hold a NUL.
    except (OSError, ValueError):
        return False
