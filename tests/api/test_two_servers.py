"""Two server processes with homes of their own over one catalog and one bucket."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from al_core import workflow
from al_core.store import Workspace
from tests.api.calls import Api
from tests.buckets import new_bucket, use_endpoint
from tests.e2e.server import ROOT, free_port
from tests.patience import PATIENCE
from tests.unmeasured import unmeasured_environment

N_SAMPLES = 40
PAUSE = 0.05


@dataclass(frozen=True)
class Server:
    """A server, and the folder where its gate is."""

    process: subprocess.Popen[bytes]
    api: Api
    folder: Path


@pytest.fixture
def dataset_id(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A dataset in a catalog and a bucket that every server which a test starts has too."""
    use_endpoint(monkeypatch, s3)
    monkeypatch.setenv("AL_CORE_ARRAYS", f"s3://{new_bucket(s3)}/arrays")
    if "AL_CORE_DATABASE_URL" not in os.environ:
        monkeypatch.setenv("AL_CORE_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    with Workspace(tmp_path / "home") as workspace:
        filenames = [f"{row}.png" for row in range(N_SAMPLES)]
        embeddings = np.random.default_rng(0).normal(size=(N_SAMPLES, 4))
        return workflow.create_dataset(workspace, "shared", filenames, embeddings).id


@pytest.fixture
def start(dataset_id: str, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers, which end with the test."""
    with ExitStack() as stack:

        def enter(name: str, *options: str, **environment: str) -> Server:
            return stack.enter_context(running(tmp_path / name, dataset_id, options, environment))

        yield enter


@contextmanager
def running(folder: Path, dataset_id: str, options: tuple[str, ...], environment: dict[str, str]) -> Iterator[Server]:
    folder.mkdir()
    port = free_port()
    command = [sys.executable, "-m", "tests.api.gated_server", str(port), str(folder), *options]
    variables = (
        unmeasured_environment()
        | {"AL_CORE_HOME": str(folder / "home"), "AL_CORE_HEARTBEAT_SECONDS": "0.2"}
        | environment
    )
    process = subprocess.Popen(command, cwd=ROOT, env=variables)
    try:
        server = Server(process, Api(f"http://127.0.0.1:{port}", dataset_id), folder)
        wait_until(lambda: is_answering(server))
        yield server
    finally:
        process.kill()
        process.wait()


def is_answering(server: Server) -> bool:
    assert server.process.poll() is None, "the server ended"
    try:
        # Opens the workspace: from now on the server takes jobs over.
        return requests.get(f"{server.api.address}/jobs", timeout=PATIENCE).ok
    except requests.ConnectionError:
        return False


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(PAUSE)


def select(server: Server, name: str) -> str:
    """Start a selection, and return its job once it is at the gate."""
    body = {"method": "CORESET", "nSamples": 7, "name": name}
    job_id: str = server.api("POST", f"{server.api.dataset}/selections", 201, body)["jobId"]
    wait_until((server.folder / "entered").exists)
    return job_id


def job(server: Server, job_id: str) -> dict[str, Any]:
    read: dict[str, Any] = server.api("GET", f"/jobs/{job_id}", 200)
    return read


def has_ended(server: Server, job_id: str) -> bool:
    return job(server, job_id)["status"] in ("FINISHED", "FAILED")


def tag_names(server: Server) -> list[str]:
    return [tag["name"] for tag in server.api("GET", f"{server.api.dataset}/tags", 200)]


def test_a_selection_of_one_server_is_seen_and_canceled_from_the_other(start: Callable[..., Server]) -> None:
    one, two = start("one"), start("two")
    job_id = select(one, "theirs")
    # The other server learns the progress with a heartbeat.
    wait_until(lambda: job(two, job_id)["progress"] == 0.25)
    seen = job(two, job_id)
    assert (seen["status"], seen["done"], seen["total"]) == ("RUNNING", 1, 4)
    two.api("DELETE", f"/jobs/{job_id}", 202)
    wait_until(lambda: has_ended(one, job_id))
    assert job(one, job_id)["errorType"] == job(two, job_id)["errorType"] == "Cancelled"
    assert tag_names(two) == ["initial-tag"]


def test_a_selection_whose_server_is_killed_is_finished_by_the_other(
    start: Callable[..., Server], dataset_id: str, tmp_path: Path
) -> None:
    one = start("one", AL_CORE_LEASE_SECONDS="3")
    job_id = select(one, "survivor")
    two = start("two")
    (two.folder / "open").touch()
    one.process.kill()
    one.process.wait()
    wait_until(lambda: has_ended(two, job_id))
    ended = job(two, job_id)
    assert ended["status"] == "FINISHED", ended
    with Workspace(tmp_path / "home") as workspace:
        tag = workspace.dataset(dataset_id).tag("survivor")
    assert (tag.id, tag.size) == (ended["result"]["data"], 7)


def test_a_selection_whose_server_is_stopped_is_finished_by_the_other_at_once(start: Callable[..., Server]) -> None:
    # With a lease that would not end before the test does.
    one, two = start("one", AL_CORE_LEASE_SECONDS="3600"), start("two")
    job_id = select(one, "moved")
    (two.folder / "open").touch()
    one.process.terminate()
    wait_until(lambda: has_ended(two, job_id))
    assert job(two, job_id)["status"] == "FINISHED"
    assert one.process.wait(PATIENCE) in (0, -signal.SIGTERM)


def test_a_server_that_was_not_heard_of_cannot_store_its_selection(start: Callable[..., Server]) -> None:
    one = start("one", "unheard", AL_CORE_LEASE_SECONDS="3")
    job_id = select(one, "once")
    two = start("two")
    (two.folder / "open").touch()
    wait_until(lambda: has_ended(two, job_id))
    ended = job(two, job_id)
    assert ended["status"] == "FINISHED", ended
    # Its name is free again, so that nothing but the lease keeps the late worker from the store.
    two.api("DELETE", f"{two.api.dataset}/tags/{ended['result']['data']}", 204)
    assert job(one, job_id)["status"] == "RUNNING"
    (one.folder / "open").touch()
    # As soon as it notices, it says what the other has made of the job.
    wait_until(lambda: job(one, job_id)["status"] == "FINISHED")
    assert tag_names(one) == tag_names(two) == ["initial-tag"]
