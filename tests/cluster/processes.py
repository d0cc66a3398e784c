"""Dask processes for tests: whatever they leave open belongs to them and not to the process that runs the tests."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from distributed import Client

from al_core.cluster import Cluster, connected
from tests.patience import PATIENCE
from tests.unmeasured import unmeasured_environment

ROOT = Path(__file__).resolve().parents[2]

# An idle process of Dask looks at itself up to a hundred times a second, which takes a fifteenth of a core; those of
# tests live to the end of the run.
QUIET = {
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "5s",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}

CLUSTER = """
import json, os, sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(
        n_workers=int(sys.argv[1]), threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=None
    ) as cluster:
        # Beside other work they may join after the cluster has begun.
        cluster.wait_for_workers(int(sys.argv[1]))
        pids = [worker.process.pid for worker in cluster.workers.values()]
        print(json.dumps({"address": cluster.scheduler_address, "pids": pids}), flush=True)
        sys.stdin.read()
"""

SCHEDULER = """
import json, sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=0, processes=True, dashboard_address=None) as cluster:
        print(json.dumps({"address": cluster.scheduler_address, "pids": []}), flush=True)
        sys.stdin.read()
"""


@dataclass(frozen=True, eq=False)
class DaskProcesses:
    """A scheduler and its workers, which run until the block ends.

    Attributes:
        address: Of the scheduler.
        process: The process of the scheduler.
        worker_pids: The processes of the workers; each that dies is started again with another.
    """

    address: str
    process: subprocess.Popen[str]
    worker_pids: tuple[int, ...]

    @classmethod
    @contextmanager
    def started(cls, n_workers: int) -> Iterator["DaskProcesses"]:
        """Start a scheduler with so many workers; it may have none."""
        with _python(CLUSTER if n_workers else SCHEDULER, str(n_workers)) as process:
            told = json.loads(_output(process).readline())
            yield cls(told["address"], process, tuple(told["pids"]))

    @contextmanager
    def worker(self, setup: str = "") -> Iterator[subprocess.Popen[str]]:
        """Start one more worker, which nobody starts again, after some Python code."""
        code = f"{setup}\nimport sys\nfrom distributed.cli.dask_worker import main\nif __name__ == '__main__': main()"
        options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"]
        with _python(code, self.address, *options) as process:
            yield process

    def wait_for_workers(self, n_workers: int) -> None:
        """Wait until so many have joined."""
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(n_workers, timeout=PATIENCE)

    @contextmanager
    def connected_with(self, n_workers: int) -> Iterator[Cluster]:
        """Wait until so many workers have joined, and connect."""
        self.wait_for_workers(n_workers)
        with connected(self.address) as cluster:
            yield cluster

    def kill(self) -> None:
        """Kill the scheduler and everything it has started."""
        os.killpg(self.process.pid, signal.SIGKILL)


@contextmanager
def _python(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python code in a process group of its own, which is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=unmeasured_environment() | QUIET,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            # The nannies' workers are in the group too.
            os.killpg(process.pid, signal.SIGKILL)


def _output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout
