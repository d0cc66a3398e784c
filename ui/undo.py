"""Bringing back what was just deleted, on whatever page somebody is by then."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from al_core.store import Workspace
from al_core.text import moment
from ui.messages import errors_explained, notify, plain
from ui.session import Key
from ui.visitor import obstacle


@dataclass(frozen=True)
class Undoable:
    """Something that was deleted in this session and can be brought back.

    Attributes:
        sentence: What was done.
        workspace: Where.
        tombstone_id: Its tombstone.
        expires_at: From then on it cannot be brought back, in milliseconds since 1970.
    """

    sentence: str
    workspace: Workspace
    tombstone_id: str
    expires_at: int


def offer_undo(sentence: str, workspace: Workspace, *, kind: str, dataset_id: str) -> None:
    """Say after the next rerun what was deleted, with a button that brings it back.

    Args:
        sentence: What was done, without a period.
        workspace: Where.
        kind: Of what was deleted: that of its tombstone.
        dataset_id: The dataset that was deleted, or from which something was.
    """
    newest = next((stone for stone in workspace.tombstones.all(dataset_id) if stone.kind == kind), None)
    if newest is None:
        # Nothing is kept where AL_CORE_RETENTION_HOURS is 0.
        notify(sentence)
        return
    st.session_state[Key.UNDOABLE] = Undoable(sentence, workspace, newest.id, newest.expires_at)


def show_undo() -> None:
    """Draw what was deleted last, until it is brought back, closed, or too late."""
    undoable: Undoable | None = st.session_state.get(Key.UNDOABLE)
    if undoable is None or undoable.expires_at <= datetime.now().timestamp() * 1000:
        return
    with st.container(key="undo", border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/delete: {plain(undoable.sentence)}.", width="stretch")
        reason = obstacle()
        if st.button(
            "Undo",
            icon=":material/undo:",
            disabled=bool(reason),
            help=reason or f"Bring it back as it was; possible until {moment(undoable.expires_at)}",
        ):
            with errors_explained():
                undoable.workspace.tombstones.restore(undoable.tombstone_id)
                _forget()
                notify("It is back")
                st.rerun()
        st.button("Dismiss", icon=":material/close:", type="tertiary", on_click=_forget, help="Hide this line")


def _forget() -> None:
    st.session_state.pop(Key.UNDOABLE, None)
