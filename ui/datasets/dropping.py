"""A new dataset from images that are dropped into the browser, and uploads that were cut off."""

from dataclasses import dataclass, replace

import streamlit as st

from al_core.exceptions import ALCoreError
from al_core.steps.dropped_images import (
    DROPPED_AS,
    create_for_drop,
    dataset_name,
    folder_size,
    free_dataset_name,
    waits_for_embedding,
)
from al_core.store import LocalDataset
from al_core.text import byte_size, counted
from ui import state
from ui.clicks import clicked
from ui.datasets.embedding_jobs import is_embedding, start_embedding
from ui.datasets.model_field import model_field
from ui.image_drop import Dropped, Ended, image_drop
from ui.messages import errors_explained, notify, plain, show_error
from ui.reruns import rerun
from ui.session import Key
from ui.visitor import READ_ONLY, obstacle

NEW = "new-dataset-drop"


@dataclass(frozen=True)
class Drop:
    """What this session has dropped for a new dataset.

    Attributes:
        dropped: What the browser said of it.
        dataset_id: Where it goes; empty until that is decided.
        has_ended: Whether nothing more is sent.
    """

    dropped: Dropped
    dataset_id: str = ""
    has_ended: bool = False


def drop_form() -> None:
    """Draw the place to drop images, from the drop to the job that embeds them."""
    drop: Drop | None = st.session_state.get(Key.DROP)
    # Above the place to drop, and filled after it, which tells what was dropped.
    question = st.container()
    dataset = _find(drop.dataset_id) if drop else None
    event = image_drop(
        key=NEW,
        may_write=obstacle() is None,
        drop_id=drop.dropped.id if drop and dataset else "",
        dataset=dataset,
        ended_id=drop.dropped.id if drop and drop.has_ended else "",
    )
    if obstacle():
        st.caption(READ_ONLY + ".")
    name = st.text_input(
        "Name of the dataset (optional)",
        key="drop-name",
        placeholder="the name of the folder",
        help="2 to 100 letters, digits, spaces and . _ -",
    )
    model = model_field("drop-model")
    if isinstance(event, Dropped) and (drop is None or drop.dropped.id != event.id):
        # A server that was started again has forgotten an upload that the browser goes on with.
        drop = Drop(event, event.dataset_id if _find(event.dataset_id) else "")
        st.session_state[Key.DROP] = drop
        if drop.dataset_id:
            rerun()
    if drop and not drop.dataset_id:
        with question:
            _decide(drop, name.strip())
    elif isinstance(event, Ended) and not (drop and drop.dropped.id == event.id and drop.has_ended):
        _finish(event, model)


def has_dropped() -> bool:
    """Return whether this session has dropped images: the form says how far they are and what came of them."""
    return Key.DROP in st.session_state


def unfinished_drops() -> list[LocalDataset]:
    """Return the datasets whose images came in part and are neither sent nor embedded at this moment."""
    drop: Drop | None = st.session_state.get(Key.DROP)
    under_way = drop.dataset_id if drop and not drop.has_ended else ""
    return [
        dataset
        for dataset in state.local_workspace().datasets()
        if waits_for_embedding(dataset) and dataset.id != under_way and not is_embedding(dataset)
    ]


def show_unfinished_drops() -> None:
    """Draw what came of uploads that were cut off, with what can be done about each."""
    reason = obstacle()
    for dataset in unfinished_drops():
        n_images, n_bytes = folder_size(dataset.uploads_dir)
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"unfinished-{dataset.id}"):
            st.markdown(
                f":material/pause_circle: **“{plain(dataset.name)}”** has {counted(n_images, 'image')} "
                f"({plain(byte_size(n_bytes))}) not embedded yet. "
                f"Is there more? Drop “{plain(_label(dataset))}” again.",
                width="stretch",
            )
            if clicked(
                "Embed these",
                key=f"embed-{dataset.id}",
                reason=reason,
                hint="Make a dataset of what is here; more images can be added later",
            ):
                with errors_explained():
                    start_embedding(dataset)
                    rerun()


def _label(dataset: LocalDataset) -> str:
    return str(dataset.attributes[DROPPED_AS])


def _find(dataset_id: str) -> LocalDataset | None:
    if not dataset_id:
        return None
    datasets = state.local_workspace().datasets()
    return next((dataset for dataset in datasets if dataset.id == dataset_id and waits_for_embedding(dataset)), None)


def _decide(drop: Drop, name: str) -> None:
    """Choose the dataset that takes what was dropped: a new one, or one whose upload was cut off."""
    interrupted = [dataset for dataset in unfinished_drops() if _label(dataset) == drop.dropped.label]
    if not interrupted:
        _create(drop, name)
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="resume-drop"):
        st.markdown(f"An upload of “{plain(drop.dropped.label)}” was cut off before.", width="stretch")
        for dataset in interrupted:
            n_images, _ = folder_size(dataset.uploads_dir)
            label = f"Go on with “{plain(dataset.name)}” ({counted(n_images, 'image')})"
            if clicked(label, key=f"resume-{dataset.id}", is_next=True, hint="Sends only what is not there yet"):
                _send_to(drop, dataset)
        if clicked("Start a new dataset", key="start-another", hint="The other one stays as it is"):
            _create(drop, name)


def _create(drop: Drop, name: str) -> None:
    workspace = state.local_workspace()
    # A name that is in use is mended in its field, and the drop waits for that.
    with errors_explained():
        chosen = name or free_dataset_name(workspace, dataset_name(drop.dropped.label))
        _send_to(drop, create_for_drop(workspace, chosen, drop.dropped.label))


def _send_to(drop: Drop, dataset: LocalDataset) -> None:
    st.session_state[Key.DROP] = replace(drop, dataset_id=dataset.id)
    rerun()


def _finish(ended: Ended, model: str) -> None:
    """Embed what came; a dataset for which nothing came goes again."""
    # Noted first: the component reports the end in every run, and it is acted on once.
    dropped = Dropped(ended.id, ended.dataset_id, "", 0, 0)
    st.session_state[Key.DROP] = Drop(dropped, ended.dataset_id, has_ended=True)
    dataset = _find(ended.dataset_id)
    if dataset is not None and not folder_size(dataset.uploads_dir)[0]:
        state.local_workspace().delete_dataset(dataset.id)
        notify("No image was sent, and no dataset was made")
    elif dataset is not None and ended.is_complete:
        try:
            start_embedding(dataset, model)
        except ALCoreError as error:
            show_error(str(error))
            return
    rerun()
