"""A workspace on a server in place of the one on this machine: opening it, and leaving it again."""

import streamlit as st

from al_core.remote import RemoteWorkspace
from al_core.text import counted
from al_core.wire.connection import is_private
from ui import state
from ui.messages import errors_explained, notify, plain
from ui.reruns import rerun
from ui.session import Key
from ui.visitor import check_server, obstacle


def remote_form() -> None:
    """Draw the form that opens a server's workspace; its token stays in the memory of this session."""
    if obstacle():
        return
    with st.expander("Open a remote workspace", icon=":material/dns:"), st.form("remote", border=False):
        address, token = st.columns([3, 2])
        server = address.text_input(
            "Address of the server", placeholder="http://gpu-box:8501", help="Where `al-core serve` runs"
        )
        secret = token.text_input(
            "Token",
            type="password",
            autocomplete="off",
            help="From `al-core token create NAME` on the server. It stays in memory until you leave the server or "
            "close the page, and is never written to disk",
        )
        if st.form_submit_button(
            "Open its workspace", type="primary", help="All pages then show and change what is on the server"
        ):
            with errors_explained(), st.spinner("Asking the server…"):
                _open(server, secret.strip() or None)
                rerun()


def _open(server: str, token: str | None) -> None:
    check_server(server)
    remote = RemoteWorkspace(server, token, state.local_workspace().home / "remote")
    # In the session alone: the token must not reach the disk or the URL.
    st.session_state[Key.REMOTE] = remote
    state.close_dataset()
    is_exposed = token and not is_private(remote.server)
    warning = ". Without https, others on the network can read the token" if is_exposed else ""
    notify(f"Opened {remote.server} with {counted(len(remote.datasets()), 'dataset')}{warning}")


def show_remote_workspace() -> None:
    """Say in the sidebar which server is open, with the way back."""
    remote = state.remote_workspace()
    if remote:
        st.sidebar.markdown(f":material/dns: **{plain(remote.server)}**", help="All pages work on this server")
        st.sidebar.button(
            "Back to this machine", icon=":material/logout:", on_click=_leave, help="The token is forgotten"
        )


def _leave() -> None:
    st.session_state.pop(Key.REMOTE, None)
    state.close_dataset()
