"""A worker: a process that reads one file at a time and can be killed at any moment."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import IO

import al_core
from al_core.formats.files.decoded_size import VARIABLE
from al_core.formats.worker.limits import OUT_OF_MEMORY
from al_core.formats.worker.messages import Message, receive, send

_SINGLE_THREADED = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_IO_THREADS": "2"}
"""Threads reserve memory, which counts against the limit before any file is read."""

_MALLOC = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
"""Arrow's own allocator reserves a gigabyte ahead."""


class Worker:
    """A process that reads files; it ends with this object."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            # -P: no module of the folder that the server was started in.
            [sys.executable, "-P", "-m", "al_core.formats.worker.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            # Its own group: Ctrl-C at the server's terminal does not reach it, and a kill ends all that it started.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests: IO[bytes] = self._process.stdin
        self._replies: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        # Pipes have no timeout on every system; a queue has.
        threading.Thread(target=_forward, args=(self._process.stdout, self._replies.put), daemon=True).start()
        weakref.finalize(self, _end, self._process)

    @property
    def pid(self) -> int:
        """The id of the process, which is that of its group too."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def send(self, message: Message) -> None:
        """Send a message; if the process has ended, `receive` says so."""
        with contextlib.suppress(BrokenPipeError):
            send(self._requests, message)

    def receive(self, seconds: float) -> Message | None:
        """Return the next message, or None if the process has ended.

        Raises:
            queue.Empty: If none comes within so many seconds.
        """
        return self._replies.get(timeout=seconds)

    def reason_of_end(self) -> str:
        """Return why the process has ended: "memory", "time" or "crash"."""
        status = self._process.wait()
        if status == -getattr(signal, "SIGXCPU", 0):
            return "time"
        # C libraries abort where they get no memory, and Linux kills where the machine has none left.
        if status in (OUT_OF_MEMORY, -getattr(signal, "SIGKILL", 9), -signal.SIGABRT):
            return "memory"
        return "crash"

    def close(self) -> None:
        """End the process, whatever it is doing."""
        _end(self._process)


def _environment() -> dict[str, str]:
    """Return the environment of a worker: it needs no tokens and no databases."""
    passed_on = {
        name: value for name, value in os.environ.items() if name == VARIABLE or not name.startswith("AL_CORE_")
    }
    root = str(Path(al_core.__file__).parents[1])
    paths = (root, os.environ.get("PYTHONPATH", ""))
    passed_on["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return passed_on | _SINGLE_THREADED | _MALLOC


def _forward(stream: IO[bytes], put: Callable[[Message | None], None]) -> None:
    with stream:
        while message := receive(stream):
            put(message)
    put(None)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        # It may end by itself in between.
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
