"""Claim: a server killed at any moment loses nothing that it had acknowledged and shows nothing half-written.

60 times, uploads, score writes and selections run until SIGKILL ends the server at a random moment. After the restart,
everything that was acknowledged must be there. `benchmarks.kill_imports` does the same to the jobs of the dashboard.
"""

import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import requests

from al_core.api import ApiWorkflowClient
from al_core.config import SelectionConfig
from al_core.exceptions import ServerError

N_KILLS = 60
N_SAMPLES = 2000
SCORED = "scored"
MOST_SECONDS = 120


class Record:
    """What the server has acknowledged."""

    def __init__(self) -> None:
        self.images: dict[str, bytes] = {}
        self.samples: set[str] = set()
        self.score = 0.0
        self.selections: set[str] = set()


def start(home: Path, port: int) -> subprocess.Popen[bytes]:
    environment = os.environ | {"AL_CORE_HOME": str(home)}
    command = [sys.executable, "-m", "al_core.commands.main", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/v1/quota", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return server


def upload(address: str, dataset: str, record: Record) -> None:
    """Send samples and their images until the server is gone."""
    url = f"{address}/v1/datasets/{dataset}/samples"
    try:
        while True:
            name = f"{len(record.samples)}-{random.getrandbits(64):x}.png"
            sample = requests.post(url, json={"fileName": name}, timeout=10).json()["id"]
            record.samples.add(name)
            content = random.randbytes(random.randrange(200_000))
            write_url = requests.get(f"{url}/{sample}/writeurl", timeout=10).json()
            if requests.put(write_url, content, timeout=10).ok:
                record.images[name] = content
    except requests.RequestException:
        return


def score(address: str, record: Record) -> None:
    """Write all scores again, each time with another value, until the server is gone."""
    try:
        client = ApiWorkflowClient(server=address, dataset_id=SCORED)
        tag = client.get_tag_by_name("initial-tag")
        while True:
            value = (record.score + 0.001) % 1
            client.upload_scores({"mine": np.full(N_SAMPLES, value)}, tag.id)
            record.score = value
    except ServerError:
        return


def select(address: str, record: Record) -> None:
    """Run selections until the server is gone."""
    try:
        client = ApiWorkflowClient(server=address, dataset_id=SCORED)
        while True:
            tag = client.selection(SelectionConfig("CORESET", 200, name=f"s{random.getrandbits(64):x}"))
            record.selections.add(tag.name)
    except ServerError:
        return


def check(address: str, uploads: str, record: Record) -> None:
    """Raise unless everything that was acknowledged is there, complete."""
    samples = requests.get(f"{address}/v1/datasets/{uploads}/samples", timeout=30).json()
    found = {sample["fileName"]: sample["id"] for sample in samples}
    assert record.samples <= set(found), record.samples - set(found)
    for name, content in list(record.images.items())[-20:]:
        url = requests.get(f"{address}/v1/datasets/{uploads}/samples/{found[name]}/readurl", timeout=30).json()
        assert requests.get(url, timeout=30).content == content, name
    client = ApiWorkflowClient(server=address, dataset_id=SCORED)
    tags = {tag.name: tag for tag in client.get_all_tags()}
    assert record.selections <= set(tags), record.selections - set(tags)
    assert all(tag.size == 200 for name, tag in tags.items() if name != "initial-tag")
    path = f"{address}/v1/datasets/{client.dataset_id}/tags/{tags['initial-tag'].id}/scores"
    for known in requests.get(path, timeout=30).json():
        values = set(requests.get(f"{path}/{known['id']}", timeout=30).json()["scores"])
        assert len(values) == 1, "a score is half old and half new"
    check_jobs(address)


def check_jobs(address: str) -> None:
    """Raise unless the jobs of the killed server end: the next one takes over its selections."""
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        jobs = requests.get(f"{address}/v1/jobs", timeout=30).json()
        if all(job["status"] in ("FINISHED", "FAILED") for job in jobs):
            return
        time.sleep(0.1)
    raise AssertionError("a job of the killed server is still under way")


def run(home: Path, n_kills: int) -> Record:
    """Kill the server of an empty home again and again, and return what it had acknowledged and had to the end."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    record = Record()
    server = start(home, port)
    try:
        uploads = requests.post(f"{address}/v1/datasets", json={"name": "uploads"}, timeout=10).json()["id"]
        client = ApiWorkflowClient(server=address)
        client.create_dataset(SCORED)
        names = [f"{row}.png" for row in range(N_SAMPLES)]
        client.add_embeddings(names, np.random.default_rng(0).normal(size=(N_SAMPLES, 64)))
        for _ in range(n_kills):
            work: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
                (upload, (address, uploads, record)),
                (score, (address, record)),
                (select, (address, record)),
            ]
            threads = [threading.Thread(target=task, args=arguments) for task, arguments in work]
            for thread in threads:
                thread.start()
            time.sleep(random.uniform(0.05, 2))
            server.kill()
            server.wait()
            for thread in threads:
                thread.join()
            server = start(home, port)
            check(address, uploads, record)
    finally:
        server.kill()
        server.wait()
    return record


def main(n_kills: int = N_KILLS) -> None:
    with tempfile.TemporaryDirectory() as folder:
        record = run(Path(folder), n_kills)
        print(
            f"killed {n_kills} times; all {len(record.samples)} acknowledged samples, {len(record.images)} images and "
            f"{len(record.selections)} selections were there each time"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
