"""The open workspace and the dataset in the URL."""

from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

import streamlit as st

from al_core.demos import digits
from al_core.exceptions import AlreadyExistsError
from al_core.remote import RemoteWorkspace
from al_core.store import Dataset, Workspace
from al_core.store.restoration import DATASET
from al_core.store.tombstones import Tombstone
from al_core.text import counted, moment
from ui.clicks import clicked, end_page
from ui.messages import errors_explained, notify, plain
from ui.pages import page_file
from ui.reruns import rerun
from ui.session import Key
from ui.visitor import obstacle, visitor


def workspace() -> Workspace | RemoteWorkspace:
    """Return the server's workspace that this session has open, otherwise the one on this machine."""
    return remote_workspace() or local_workspace()


def remote_workspace() -> RemoteWorkspace | None:
    """Return the server's workspace that this session has open, if it has."""
    remote: RemoteWorkspace | None = st.session_state.get(Key.REMOTE)
    return remote


def local_workspace() -> Workspace:
    """Return the workspace of this machine; to somebody who is signed in read-only, a view that refuses changes."""
    # What pages and jobs do goes through the workspace and what comes from it, so this one place holds for all of them.
    shared = _opened_workspace() if visitor().may_write else _read_only_workspace()
    view: _View | None = st.session_state.get(Key.WORKSPACE)
    # One view for all runs: a new one would not know what others have changed since. Who signs in gets another.
    if view is None or view.shared is not shared:
        view = _View(shared, shared.watched())
        st.session_state[Key.WORKSPACE] = view
    return view.workspace


@dataclass(frozen=True)
class _View:
    """What a session sees of the workspace that all sessions share."""

    shared: Workspace
    workspace: Workspace


@st.cache_resource
def _read_only_workspace() -> Workspace:
    return _opened_workspace().read_only()


@st.cache_resource(show_spinner="Opening the workspace…")
def _opened_workspace() -> Workspace:
    """Return the workspace, with the demo in it when it is opened for the first time."""
    opened = Workspace()
    marker = opened.home / "demo" / "offered"
    if not marker.exists():
        # Only once: people who delete the demo do not want it back at every start.
        with suppress(AlreadyExistsError):  # another dashboard is building it this moment
            _build_demo(opened)
        marker.parent.mkdir(exist_ok=True)  # a dataset of the demo's name stands in for it, without its folder
        marker.touch()
    return opened


@st.cache_resource(show_spinner="Building the demo: 1,797 images, four models and three finished rounds, about 5 s…")
def _build_demo(_workspace: Workspace) -> None:
    # A function of its own for its sentence, which stays away when there is nothing to build.
    digits.build(_workspace)


def datasets() -> list[Dataset]:
    """Return the datasets of the open workspace, newest first."""
    return list(workspace().datasets())


def dataset() -> Dataset | None:
    """Return the dataset that the URL names, otherwise the last one opened, otherwise the newest with images.

    None if the one that was named is gone: what a page does must never happen to another one.
    """
    available = datasets()
    wanted = _wanted_id()
    if wanted:
        return next((dataset for dataset in available if dataset.id == wanted), None)
    # One whose images are still on their way has nothing to show yet.
    return next((dataset for dataset in available if dataset.n_samples), next(iter(available), None))


def is_dataset_gone() -> bool:
    """Return whether a dataset is open that the workspace does not have, or no longer."""
    return bool(_wanted_id()) and dataset() is None


def _wanted_id() -> str:
    wanted: str = st.query_params.get(Key.DATASET) or st.session_state.get(Key.DATASET, "")
    return wanted


def choose_dataset() -> None:
    """Draw the switch in the sidebar, which keeps the dataset in the URL."""
    labels = {dataset.id: f"{dataset.name} · {dataset.n_samples:,}" for dataset in datasets()}
    if not labels:
        return
    current = dataset()
    # Before the widget is drawn, as Streamlit demands: the address decides, and the switch follows it.
    st.session_state[Key.DATASET_SWITCH] = current.id if current else None
    st.sidebar.selectbox(
        "Dataset",
        list(labels),
        format_func=lambda dataset_id: labels[dataset_id],
        key=Key.DATASET_SWITCH,
        on_change=lambda: open_dataset(st.session_state[Key.DATASET_SWITCH]),
        placeholder="Choose a dataset",
        help="Every page works on this dataset; the number counts its images",
    )
    if current:
        # The browser writes it into the address: see `ui.browser`.
        st.session_state[Key.DATASET] = current.id


def open_dataset(dataset_id: str) -> None:
    """Make a dataset the one that every page works on."""
    st.session_state[Key.DATASET] = dataset_id
    # An entry in the browser's history, which leads back to the dataset before; none if nothing changes.
    if st.query_params.get(Key.DATASET) != dataset_id:
        # Without the view of the dataset before.
        st.query_params.from_dict({Key.DATASET: dataset_id})


def close_dataset() -> None:
    """Leave the open dataset, because it or its workspace goes: the newest one is opened in its place."""
    st.session_state.pop(Key.DATASET, None)
    st.query_params.pop(Key.DATASET, None)


def require_dataset() -> Dataset:
    """Return the open dataset, which has samples; otherwise end the page with the way to get there."""
    current = dataset()
    if current is None and is_dataset_gone():
        say_dataset_is_gone()
        _offer_others()
        end_page()
    if current is None:
        _stop_with("There is no dataset yet.", "Create one from your images, or restore the demo.")
    if not current.n_samples:
        _stop_with(
            f"Dataset “{plain(current.name)}” has no images yet.",
            "Add embeddings: their filenames become its images.",
        )
    return current


def say_dataset_is_gone() -> None:
    """Say that the dataset of this tab or link is not there, with the way to bring it back if it was deleted lately."""
    stone = _its_tombstone()
    untouched = "No other dataset was opened in its place."
    if stone is None:
        st.warning(
            "The dataset of this page is not in this workspace. It was deleted, or the link is from another workspace. "
            f"{untouched}",
            icon=":material/link_off:",
        )
        return
    st.warning(
        f"“{plain(stone.name)}”, the dataset of this page, is not in this workspace any more: it was deleted on "
        f"{moment(stone.deleted_at)}. Until {moment(stone.expires_at)} it can be brought back. {untouched}",
        icon=":material/delete:",
    )
    hint = "As it was, with its tags, embeddings, predictions and scores"
    if clicked("Bring it back", key=f"bring-back-{stone.id}", icon=":material/undo:", reason=obstacle(), hint=hint):
        with errors_explained():
            local_workspace().tombstones.restore(stone.id)
            notify(f"“{stone.name}” is back")
            rerun()


def _its_tombstone() -> Tombstone | None:
    """Return the tombstone of the dataset that is open and gone; None if it was not deleted here, or long ago."""
    if remote_workspace():
        return None
    stones = local_workspace().tombstones.all(_wanted_id())
    return next((stone for stone in stones if stone.kind == DATASET), None)


def _offer_others() -> None:
    for other in datasets():
        st.button(
            f"{plain(other.name)} · {counted(other.n_samples, 'image')}",
            key=f"instead-{other.id}",
            icon=":material/photo_library:",
            on_click=open_dataset,
            args=(other.id,),
            help="Work on this dataset",
        )
    st.page_link(page_file("datasets"), label="All datasets", icon=":material/arrow_forward:")


def _stop_with(problem: str, way_out: str) -> NoReturn:
    st.info(f"{problem} {way_out}", icon=":material/photo_library:")
    st.page_link(page_file("datasets"), label="Go to Datasets", icon=":material/arrow_forward:")
    end_page()
