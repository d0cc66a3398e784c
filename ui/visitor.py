"""Who is at the page, and what that lets them do; the door has established it."""

from pathlib import Path

import streamlit as st

from al_core.api.server.door import permissions
from al_core.api.server.door.visitor import HEADER, Visitor, read_visitor
from al_core.api.server.settings import read_settings
from al_core.embedding import BUILT_IN
from al_core.objects.address import is_address
from ui.messages import plain

READ_ONLY = "You are signed in read-only"


def visitor() -> Visitor:
    """Return who is at the page; a page that was not reached through the door ends here."""
    header = door_header()
    if header is None:
        st.error("Nothing guards this page. Start the dashboard with `streamlit run app.py`.")
        st.stop()
    return read_visitor(header)


def door_header() -> str | None:
    """Return what the door wrote into the handshake of this session's WebSocket."""
    return st.context.headers.get(HEADER)


def obstacle(reason: str | None = None) -> str | None:
    """Return why somebody cannot change something: because they only look, or for the reason given."""
    return reason if visitor().may_write else READ_ONLY


def may_name_paths() -> bool:
    """Return whether there are paths on this machine that somebody may type."""
    settings = read_settings()
    return visitor().is_here or bool(settings.allowed_paths or settings.allowed_addresses)


def paths_hint() -> str:
    """Return in which folders the paths that somebody types must lie, as a sentence; empty at this machine."""
    allowed = "" if visitor().is_here else permissions.named(read_settings().allowed_paths)
    return f". For you {plain(allowed)}" if allowed else ""


def machine_path(typed: str) -> Path:
    """Return the path that somebody typed, from elsewhere without its symbolic links.

    Raises:
        NotAllowedError: If they may not name it.
    """
    return permissions.check_path(visitor(), Path(typed.strip()), read_settings().allowed_paths)


def images_place(typed: str) -> Path | str:
    """Return the folder or address of images that somebody typed.

    Raises:
        NotAllowedError: If they may not name it.
    """
    if is_address(typed.strip()):
        return permissions.check_address(visitor(), typed, read_settings().allowed_addresses)
    return machine_path(typed)


def checked_model(typed: str) -> str:
    """Return the model that somebody typed, or raise `NotAllowedError` if they may not name it."""
    return permissions.check_model(visitor(), typed, BUILT_IN, read_settings().allowed_paths)


def check_server(address: str) -> None:
    """Raise `NotAllowedError` if somebody may not have this machine open a server."""
    permissions.check_server(visitor(), address, read_settings().allowed_servers)


def show_visitor() -> None:
    """Say in the sidebar who is signed in, with the way out; nothing for people who did not have to."""
    current = visitor()
    if not current.token_name:
        return
    with st.sidebar:
        st.caption(f"Signed in as {plain(current.token_name)}" + ("" if current.may_write else f". {READ_ONLY}."))
        st.html('<a href="/sign-out" target="_self">Sign out</a>')
