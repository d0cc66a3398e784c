"""Starts the real app on a free port, as `make run` does, with its own workspace."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.patience import PATIENCE
from tests.unmeasured import unmeasured_environment

ROOT = Path(__file__).resolve().parents[2]
HEALTH = "/_stcore/health"


@contextmanager
def running_app(workspace: Path, script: str = "app.py", *options: str, **environment: str) -> Iterator[str]:
    """The address of a running app, such as `http://127.0.0.1:40123`; it stops when the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port), *options]
    with running(command, port, workspace, ROOT, **environment) as address:
        yield address


@contextmanager
def running(
    command: list[str], port: int, workspace: Path, folder: Path, *, health: str = HEALTH, **environment: str
) -> Iterator[str]:
    """The address of the server that a command starts in a folder; it stops when the block ends."""
    address = f"http://127.0.0.1:{port}"
    log = workspace / "server.log"
    workspace.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        environment = {**unmeasured_environment(), "AL_CORE_HOME": str(workspace), **environment}
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    try:
        wait_until_healthy(address, server, log, health)
        yield address
    finally:
        _stop(server)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path, health: str = HEALTH) -> None:
    """Return once a server answers; raise with its log if it does not start."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            # Where everybody has to sign in, the door answers as soon as the app does.
            if requests.get(f"{address}{health}", timeout=5).status_code in (200, 401):
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start within {PATIENCE} s; its log says:\n{log.read_text()}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
