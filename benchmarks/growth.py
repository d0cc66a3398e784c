"""Claim: after 10,000 selections and 500 page loads the dashboard has grown by no thread, no file and 10 % of memory.

A real dashboard answers selections over HTTP, and pages as a browser asks for them: over a WebSocket, until the page is
complete; then the tab is closed. Threads, open files and resident memory are those of the process, on Linux. Both
measurements follow the same warm-up and wait until Streamlit has let go of the closed tabs, which it does at the next
page load after `server.disconnectedSessionTTL` (by default 2 minutes, here 1 second).
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from al_core import workflow
from al_core.store import Workspace

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("datasets", "predictions", "explore", "select", "tags")
N_SAMPLES = 200
WARM_UP_SELECTIONS = 100
WARM_UP_PAGES = 60
"""Memory grows until everything has been imported and each allocator has its share: from 423 to 504 MB within 60 page
loads and 60 selections, and no more in the next 120."""

TOLERANCE = 5
"""Threads and files that a server has more or less of at any moment, such as connections of the client."""

SETTLE_SECONDS = 300
TAB_SECONDS = 1
"""How long Streamlit remembers a tab that was closed; whole seconds, at least one."""

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """What a process uses."""

    n_threads: int
    n_files: int
    resident_bytes: int

    @classmethod
    def of(cls, process_id: int) -> "Usage":
        """Return what a process uses at this moment."""
        folder = Path("/proc", str(process_id))
        n_pages = int((folder / "statm").read_text().split()[1])
        return cls(len(os.listdir(folder / "task")), len(os.listdir(folder / "fd")), n_pages * PAGE_BYTES)

    def has_settled(self, start: "Usage") -> bool:
        """Return whether there are no more threads and files than at the start."""
        return self.n_threads <= start.n_threads + TOLERANCE and self.n_files <= start.n_files + TOLERANCE

    def __str__(self) -> str:
        return f"{self.n_threads} threads, {self.n_files} files, {self.resident_bytes / 1e6:.0f} MB"


class Dashboard:
    """A running dashboard.

    Args:
        process_id: Of its process.
        port: Where it listens on this machine.
        selected_id: The dataset to select from.
        viewed_id: The dataset to look at: the pages of the other one grow with its tags.
    """

    def __init__(self, process_id: int, port: int, selected_id: str, viewed_id: str) -> None:
        self.process_id = process_id
        self._host = f"127.0.0.1:{port}"
        self._selected_id = selected_id
        self._viewed_id = viewed_id
        self._session = requests.Session()

    def select(self, names: Iterator[str]) -> None:
        """Make a selection under each name, one after the other."""
        api = f"http://{self._host}/v1"
        for name in names:
            body: dict[str, Any] = {"method": "CORESET", "nSamples": 10, "name": name}
            answer = self._session.post(f"{api}/datasets/{self._selected_id}/selections", json=body, timeout=60)
            job = answer.json()["jobId"]
            while (state := self._session.get(f"{api}/jobs/{job}", timeout=60).json()["status"]) != "FINISHED":
                assert state in ("WAITING", "RUNNING"), state

    def load(self, page: str) -> None:
        """Open a page in a tab of its own, wait until it is complete, and close the tab."""
        message = BackMsg()
        message.rerun_script.query_string = f"dataset={self._viewed_id}"
        message.rerun_script.page_name = page
        with connect(f"ws://{self._host}/_stcore/stream", max_size=None, open_timeout=60) as tab:
            tab.send(message.SerializeToString())
            while not _is_last(answer := _message(tab.recv(timeout=SETTLE_SECONDS))):
                # A page that ends with an error is small.
                assert not answer.delta.new_element.HasField("exception"), answer.delta.new_element.exception

    def load_all(self, n_pages: int) -> None:
        """Load as many pages, each in turn."""
        for page in islice(cycle(PAGES), n_pages):
            self.load(page)

    def settled(self, start: Usage | None = None) -> Usage:
        """Return what the process uses once closed tabs are gone: as much as at the start, or what remains.

        Opening a tab drops those that were closed before, if they are old enough.
        """
        moment = time.monotonic()
        while True:
            self.load(PAGES[0])
            usage = Usage.of(self.process_id)
            seconds = time.monotonic() - moment
            is_settled = usage.has_settled(start) if start else seconds > 3 * TAB_SECONDS
            if is_settled or seconds > SETTLE_SECONDS:
                return usage


def _message(content: str | bytes) -> ForwardMsg:
    assert isinstance(content, bytes)
    message: ForwardMsg = ForwardMsg.FromString(content)
    return message


def _is_last(message: ForwardMsg) -> bool:
    kind: str | None = message.WhichOneof("type")
    return kind == "script_finished"


@contextmanager
def running(home: Path) -> Iterator[Dashboard]:
    """Run a dashboard with two datasets; it ends with the block."""
    rng = np.random.default_rng(0)
    filenames = [f"{row}.png" for row in range(N_SAMPLES)]
    with Workspace(home) as workspace:
        embeddings = rng.normal(size=(N_SAMPLES, 16)).astype(np.float32)
        ids = [workflow.create_dataset(workspace, name, filenames, embeddings).id for name in ("selected", "viewed")]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = [f"--server.port={port}", f"--server.disconnectedSessionTTL={TAB_SECONDS}"]
    environment = os.environ | {"AL_CORE_HOME": str(home)}
    with (home / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield Dashboard(server.pid, port, *ids)
        finally:
            server.kill()
            server.wait()


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Return once the server answers."""
    while server.poll() is None:
        try:
            requests.get(address, timeout=60)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the dashboard ended before it answered")


def measure(
    home: Path,
    n_selections: int,
    n_pages: int,
    *,
    warm_up_selections: int = WARM_UP_SELECTIONS,
    warm_up_pages: int = WARM_UP_PAGES,
) -> tuple[Usage, Usage]:
    """Return what a dashboard uses after a warm-up, and after the selections and page loads that follow it."""
    with running(home) as dashboard:
        dashboard.select(f"warm-up {number}" for number in range(warm_up_selections))
        dashboard.load_all(warm_up_pages)
        start = dashboard.settled()
        dashboard.select(f"selection {number}" for number in range(n_selections))
        dashboard.load_all(n_pages)
        return start, dashboard.settled(start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--selections", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=500)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start, end = measure(Path(folder), arguments.selections, arguments.pages)
    growth = end.resident_bytes / start.resident_bytes - 1
    print(f"after a warm-up: {start}")
    print(
        f"after {arguments.selections:,} selections and {arguments.pages:,} page loads: {end}, {growth:+.1%} of memory"
    )


if __name__ == "__main__":
    main()
