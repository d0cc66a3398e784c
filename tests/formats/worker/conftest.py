from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from al_core.formats.worker.budget import budget_of
from al_core.formats.worker.conversation import Conversation
from al_core.formats.worker.process import Worker


@pytest.fixture(scope="session")
def shared_worker() -> Iterator[list[Worker]]:
    """One worker for many tests, in a list so that a test that ends it can be followed by another."""
    workers = [Worker()]
    yield workers
    workers[0].close()


@pytest.fixture
def worker(shared_worker: list[Worker]) -> Worker:
    if not shared_worker[0].is_alive:
        shared_worker[0] = Worker()
    return shared_worker[0]


def ask(worker: Worker, call: str, path: Path, progress: Any = None, **named: Any) -> Any:
    return Conversation(worker, path.name, budget_of(path), progress).ask(call, [[path], named])


def peak_megabytes(worker: Worker) -> float:
    """Return the most memory that a worker has had, in the words of Linux its high water mark."""
    status = Path(f"/proc/{worker.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000
