"""What processes have in memory, from what Linux says of them under /proc."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KIBIBYTE = 1_024
"""Bytes in what /proc calls a kB."""


def resident_peak() -> int:
    """Return the most that this process has had resident, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(KIBIBYTE * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def anonymous(pid: int) -> int:
    """Return what a process has resident of its own, without pages of files, in bytes; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((KIBIBYTE * int(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0)


@contextmanager
def watching(pids: list[int]) -> Iterator[list[int]]:
    """Yield a list whose only number becomes the most that some processes had resident of their own together."""
    most = [0]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.05):
            most[0] = max(most[0], sum(anonymous(pid) for pid in pids))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        is_over.set()
        watcher.join()
