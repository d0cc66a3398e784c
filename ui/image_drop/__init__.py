"""Where a folder of images, a zip or files are dropped; the browser sends them to `/drop` one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from al_core.store import Dataset

__all__ = ["Dropped", "Ended", "image_drop"]

FOLDER = Path(__file__).parent
# Joined into one module in this order: the browser loads it as one text, without imports.
SCRIPTS = ("zip.js", "sources.js", "upload.js", "drop.js")


def _read(*names: str) -> str:
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


_component = st.components.v2.component("image_drop", css=_read("drop.css"), js=_read(*SCRIPTS))


@dataclass(frozen=True)
class Dropped:
    """Images that somebody has dropped.

    Attributes:
        id: Of the drop, by which the browser knows that it was answered.
        dataset_id: Where they are being sent; empty if they wait for a dataset.
        label: The name of the folder or zip, from the visitor's machine.
        count: How many images.
        n_bytes: Their size together.
    """

    id: str
    dataset_id: str
    label: str
    count: int
    n_bytes: int


@dataclass(frozen=True)
class Ended:
    """An upload that has come to its end.

    Attributes:
        id: Of the drop.
        dataset_id: Where it went.
        is_complete: Whether all that was dropped has been looked at; not if it was stopped.
        n_sent: How many images are new on this machine.
        n_there: How many were there already.
    """

    id: str
    dataset_id: str
    is_complete: bool
    n_sent: int
    n_there: int


def image_drop(
    *, key: str, may_write: bool, drop_id: str = "", dataset: Dataset | None = None, ended_id: str = ""
) -> Dropped | Ended | None:
    """Draw the place, and return what has happened there.

    The browser repeats what it says until it is answered: a drop by the dataset that takes it, its end by its id.

    Args:
        key: The widget's name in the session.
        may_write: Whether the visitor may send anything.
        drop_id: The drop that goes to `dataset`.
        dataset: Where the images go.
        ended_id: The last drop whose end has been seen.
    """
    event = _component(
        key=key,
        data={
            "key": key,
            "may_write": may_write,
            "upload": drop_id,
            "dataset": dataset.id if dataset else "",
            "ended": ended_id,
        },
        on_dropped_change=_rerun,
        on_ended_change=_rerun,
    )
    return read_event(event)


def read_event(event: Mapping[str, Any]) -> Dropped | Ended | None:
    """Return what the browser says has happened, if anything has.

    Examples:
        >>> read_event({"dropped": {"id": "1", "dataset": "", "label": "cats", "count": 2, "bytes": 900}})
        Dropped(id='1', dataset_id='', label='cats', count=2, n_bytes=900)
    """
    dropped = event.get("dropped")
    if dropped:
        return Dropped(
            dropped["id"], dropped["dataset"], dropped["label"], int(dropped["count"]), int(dropped["bytes"])
        )
    ended = event.get("ended")
    if ended:
        return Ended(ended["id"], ended["dataset"], ended["state"] == "done", int(ended["sent"]), int(ended["there"]))
    return None


def _rerun() -> None:
    """What happened reruns the page itself; Streamlit wants a callback for it."""
