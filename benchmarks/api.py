"""Claim: a million filenames arrive within 1 s, and 50 clients are answered while a selection runs.

Jobs and tags reach a third of the requests per second of a FastAPI application that answers "hello", under the same
load in the same run.
"""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import requests

from al_core import workflow
from al_core.agents import ActiveLearningAgent
from al_core.api import ApiWorkflowClient
from al_core.config import SelectionConfig
from al_core.store import Workspace

N_SAMPLES = 1_000_000
N_CLIENTS = 50
N_REQUESTS = 10_000
N_ROUNDS = 3
HELLO = "from fastapi import FastAPI; app = FastAPI(); app.get('/hello')(lambda: 'hello')"


@contextmanager
def running(home: Path, application: str) -> Iterator[str]:
    """Run an application in a separate process and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--log-level", "error"]
    environment = os.environ | {"AL_CORE_HOME": str(home), "PYTHONPATH": f"{home}{os.pathsep}{Path.cwd()}"}
    server = subprocess.Popen([*command, "--no-access-log"], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        yield address
    finally:
        server.kill()
        server.wait()


def wait_for(address: str) -> None:
    for _ in range(600):
        try:
            requests.get(address, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{address} did not start")


async def load(address: str, paths: list[str]) -> tuple[list[float], int]:
    """Send the requests over 50 connections, each waiting for its answer; return seconds and the number of errors."""
    requests_left = iter([path for _, path in zip(range(N_REQUESTS), cycle(paths), strict=False)])
    host, port = urlsplit(address).hostname, urlsplit(address).port
    seconds: list[float] = []
    n_errors = 0

    async def client() -> None:
        nonlocal n_errors
        reader, writer = await asyncio.open_connection(host, port)
        for path in requests_left:
            start = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
            seconds.append(time.perf_counter() - start)
            n_errors += not head.startswith(b"http/1.1 200")
        writer.close()

    await asyncio.gather(*(client() for _ in range(N_CLIENTS)))
    return seconds, n_errors


def report(name: str, address: str, paths: list[str]) -> float:
    """Print how the requests went, and return how many were answered each second."""
    start = time.perf_counter()
    seconds, n_errors = asyncio.run(load(address, paths))
    rate = len(seconds) / (time.perf_counter() - start)
    slowest = np.quantile(seconds, 0.99)
    print(
        f"{name:<34} median {statistics.median(seconds) * 1000:6.1f} ms   99% {slowest * 1000:6.1f} ms   "
        f"{rate:6,.0f} requests/s   {n_errors} errors in {len(seconds):,}"
    )
    return rate


def compare(moment: str, api: str, paths: list[str], hello: str) -> None:
    """Measure both sides in turns, so that what else this machine does meets them alike."""
    sides = [("jobs and tags", api, paths), ("FastAPI hello", hello, ["/hello"])]
    rates = [[report(f"{name}{moment}", address, side) for name, address, side in sides] for _ in range(N_ROUNDS)]
    ratios = [ours / theirs for ours, theirs in rates]
    print(f"jobs and tags{moment}: {statistics.median(ratios):.2f} of the requests per second of a FastAPI hello")


def fill(home: Path) -> tuple[str, str]:
    """Store a large and a small dataset and return their ids."""
    rng = np.random.default_rng(0)
    with Workspace(home) as workspace:
        names = [f"folder_{row // 1000:04d}/image_{row:07d}.jpg" for row in range(N_SAMPLES)]
        large = workflow.create_dataset(workspace, "large", names, rng.normal(size=(N_SAMPLES, 32)).astype(np.float32))
        small = workflow.create_dataset(workspace, "small", names[:10_000], rng.normal(size=(10_000, 8)))
        return large.id, small.id


def time_filenames(address: str, dataset_id: str) -> None:
    url = f"{address}/v1/datasets/{dataset_id}/mappings?field=fileName"
    for attempt in ("first", "second"):
        start = time.perf_counter()
        content = requests.get(url, timeout=60).content
        print(f"{N_SAMPLES:,} filenames, {attempt} time: {time.perf_counter() - start:.2f} s, {len(content) >> 20} MB")


def time_agent(address: str, dataset_id: str) -> None:
    start = time.perf_counter()
    agent = ActiveLearningAgent(ApiWorkflowClient(server=address, dataset_id=dataset_id))
    print(f"an agent over {N_SAMPLES:,} samples: created in {time.perf_counter() - start:.2f} s")
    agent.query(SelectionConfig("RANDOM", 1000, name="for the agent"))
    for name in ("query_set", "labeled_set", "unlabeled_set", "added_set"):
        first, second = (timed(partial(getattr, agent, name)) for _ in range(2))
        print(f"  {name:<14} {first * 1000:6.1f} ms, then {second * 1000:6.1f} ms")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def start_selection(address: str, dataset_id: str, n_samples: int) -> str:
    """Start a selection and return the id of its job."""
    body: dict[str, Any] = {"method": "CORESET", "nSamples": n_samples, "name": f"{n_samples} samples"}
    answer = requests.post(f"{address}/v1/datasets/{dataset_id}/selections", json=body, timeout=60)
    return str(answer.json()["jobId"])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "hello.py").write_text(HELLO)
        large, small = fill(home)
        with running(home, "hello:app") as hello, running(home, "al_core.api.server:app") as api:
            time_filenames(api, large)
            time_agent(api, large)
            short = start_selection(api, small, 100)
            compare("", api, [f"/v1/jobs/{short}", f"/v1/datasets/{small}/tags"], hello)
            job = start_selection(api, large, 20_000)
            compare(" while selecting", api, [f"/v1/jobs/{job}", f"/v1/datasets/{small}/tags"], hello)
            state = requests.get(f"{api}/v1/jobs/{job}", timeout=60).json()
            print(f"the selection: {state['status']}, {state['progress']:.0%}")


if __name__ == "__main__":
    main()
