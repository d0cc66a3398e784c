"""Taking back what was just stored, replaced or deleted, on whatever page somebody is by then."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

import streamlit as st

from al_core.exceptions import ALCoreError, NotAllowedError
from al_core.store import Dataset, LocalDataset, Model, Workspace
from al_core.text import moment
from ui import state
from ui.clicks import clicked
from ui.messages import notify, plain
from ui.reruns import rerun
from ui.session import Key
from ui.visitor import obstacle


@dataclass(frozen=True)
class Undoable:
    """Something that was done in this session and can be taken back.

    Attributes:
        sentence: What was done.
        undo: Takes it back; raises an error of al_core if that is not possible any more.
        icon: Of what was done.
        expires_at: From then on it cannot be taken back, in milliseconds since 1970; None if that never ends.
        failure: Why the last try has failed; empty if there was none.
    """

    sentence: str
    undo: Callable[[], object]
    icon: str
    expires_at: int | None = None
    failure: str = ""


def offer_undo_of_storing(sentence: str, undo: Callable[[], object]) -> None:
    """Say after the next rerun what was stored, with a button that takes it back.

    Args:
        sentence: What was done, without a period.
        undo: Takes it back.
    """
    st.session_state[Key.UNDOABLE] = Undoable(sentence, undo, "check_circle")


def say_changed(
    dataset: Dataset,
    sentence: str,
    undo: Callable[[], object],
    read: Callable[[LocalDataset], object] | None = None,
) -> None:
    """Say after the next rerun what was changed, with a button that takes it back unless a server has the dataset.

    Args:
        dataset: Of which something was changed.
        sentence: What was done, without a period.
        undo: Takes it back.
        read: Reads what was changed, where others may change it too: what they have made of it since is not undone.
    """
    if dataset.server:
        notify(sentence)
    else:
        offer_undo_of_storing(sentence, _unless_changed(dataset, undo, read) if read else undo)


def of_model(model: Model, read: Callable[[Model], object]) -> Callable[[LocalDataset], object]:
    """Return what reads something of a model, for `say_changed`; by then somebody may have deleted the model."""
    return lambda local: [read(each) for each in local.models.all() if each.id == model.id]


def _unless_changed(
    dataset: Dataset, undo: Callable[[], object], read: Callable[[LocalDataset], object]
) -> Callable[[], object]:
    def read_anew() -> object:
        return read(state.local_workspace().dataset(dataset.id))

    # Read at once: as this session has just made it.
    changed = read_anew()

    def undo_if_same() -> None:
        if read_anew() != changed:
            raise NotAllowedError("somebody else has changed it since")
        undo()

    return undo_if_same


def offer_undo(sentence: str, workspace: Workspace, *, kind: str, dataset_id: str, names: Collection[str]) -> None:
    """Say after the next rerun what was deleted, with a button that brings it back.

    Args:
        sentence: What was done, without a period.
        workspace: Where.
        kind: Of what was deleted: that of its tombstones.
        dataset_id: The dataset that was deleted, or from which something was.
        names: Of what was deleted, each once.
    """
    stones = [stone for stone in workspace.tombstones.all(dataset_id) if stone.kind == kind and stone.name in names]
    # They come newest first, and something of the same name may have been deleted before.
    newest = stones[: len(names)]
    if not newest:
        # Nothing is kept where AL_CORE_RETENTION_HOURS is 0.
        notify(sentence)
        return

    def undo() -> None:
        # The one deleted last comes first: a tag whose parent was deleted too needs that one first.
        for stone in newest:
            workspace.tombstones.restore(stone.id)

    expires_at = min(stone.expires_at for stone in newest)
    st.session_state[Key.UNDOABLE] = Undoable(sentence, undo, "delete", expires_at)


def say_deleted(dataset: Dataset, sentence: str, *, kind: str, names: Collection[str]) -> None:
    """Say after the next rerun what was deleted of a dataset, with a button that brings it back unless a server has it.

    Args:
        dataset: From which.
        sentence: What was done, without a period.
        kind: Of what was deleted: that of its tombstones.
        names: Of what was deleted, each once.
    """
    if dataset.server:
        notify(sentence)
    else:
        offer_undo(sentence, state.local_workspace(), kind=kind, dataset_id=dataset.id, names=names)


def show_undo() -> None:
    """Draw what was done last, until it is taken back, closed, or too late."""
    undoable: Undoable | None = st.session_state.get(Key.UNDOABLE)
    if undoable is None or _is_over(undoable):
        return
    with st.container(key="undo", border=True, horizontal=True, vertical_alignment="center"):
        failure = f"  \n:material/error: It stays: {plain(undoable.failure)}." if undoable.failure else ""
        st.markdown(f":material/{undoable.icon}: {plain(undoable.sentence)}.{failure}", width="stretch")
        reason = obstacle()
        until = f"; possible until {moment(undoable.expires_at)}" if undoable.expires_at else ""
        hint = f"Make it as it was before{until}"
        if clicked("Undo", key="undo-latest", icon=":material/undo:", reason=reason, hint=hint):
            _take_back(undoable)
        st.button("Dismiss", icon=":material/close:", type="tertiary", on_click=_forget, help="Hide this")


def _take_back(undoable: Undoable) -> NoReturn:
    try:
        undoable.undo()
    except ALCoreError as error:
        # Beside what was done, not on the page: a run of it that nobody asked for would take the sentence away.
        st.session_state[Key.UNDOABLE] = replace(undoable, failure=str(error))
        rerun()
    _forget()
    notify("It is as it was before")
    rerun()


def _is_over(undoable: Undoable) -> bool:
    return undoable.expires_at is not None and undoable.expires_at <= datetime.now().timestamp() * 1000


def _forget() -> None:
    st.session_state.pop(Key.UNDOABLE, None)
