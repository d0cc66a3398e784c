"""One line about what others have changed of the open dataset, which the browser keeps asking for."""

import time
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

import streamlit as st

from al_core.store import Dataset
from al_core.store.watch import Watch
from ui.changes.words import in_words

FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "changes",
    css=(FOLDER / "changes.css").read_text(encoding="utf-8"),
    js=(FOLDER / "changes.js").read_text(encoding="utf-8"),
)


class Watches:
    """What sessions watch, each as long as there is the session."""

    def __init__(self) -> None:
        self._watches: WeakValueDictionary[str, Watch] = WeakValueDictionary()
        # A request may look while another session begins.
        self._lock = Lock()

    def add(self, watch: Watch) -> None:
        """Make a watch available to the browser."""
        with self._lock:
            self._watches[watch.id] = watch

    def find(self, watch_id: str) -> Watch | None:
        """Return the watch with that id, or None if its session is over."""
        with self._lock:
            return self._watches.get(watch_id)


WATCHES = Watches()


def answer(watch: Watch) -> dict[str, object]:
    """Return what the browser shows of a watch."""
    report = watch.report()
    return {"text": in_words(report), "button": "OK" if report.is_shown else "Reload"}


def show_changes(watch: Watch, dataset: Dataset) -> None:
    """Draw what others have changed of a dataset, at the latest some seconds after they did."""
    watch.begin_page(dataset.id)
    WATCHES.add(watch)
    _component(
        key="changes",
        data={
            "address": f"/changes/{watch.id}",
            "drawnAt": time.time_ns() // 1000,
            **answer(watch),
        },
        # The run that follows draws the page with all there is by then.
        on_read_change=watch.acknowledge,
    )
