"""The workers of this process: a warm one is ready for the next file."""

import os
import threading
from typing import Any

from al_core.formats.worker.budget import Budget
from al_core.formats.worker.conversation import Conversation
from al_core.formats.worker.process import Worker
from al_core.types import Progress

MAX_AT_ONCE = 4
"""Files that are read at the same time; each process takes about 100 MB."""

_REUSED_BYTES = 64_000_000
"""After a file that may have taken more than this a worker ends, and gives its memory back."""


class Pool:
    """Workers, at most one of them idle."""

    def __init__(self) -> None:
        self._idle: Worker | None = None
        self._lock = threading.Lock()
        self._places = threading.Semaphore(MAX_AT_ONCE)

    def read(self, call: str, arguments: Any, source: str, budget: Budget, progress: Progress | None = None) -> Any:
        """Return what a worker returns for a file; see `Conversation`."""
        with self._places:
            worker = self._take()
            conversation = Conversation(worker, source, budget, progress)
            try:
                return conversation.ask(call, arguments)
            finally:
                is_usable = conversation.is_answered and budget.decoded_bytes <= _REUSED_BYTES
                # Probability maps are read one by one, by the worker that has opened their file: it ends with them.
                if not conversation.has_maps:
                    self._return(worker, is_usable)
                self._refill()

    @property
    def idle_pid(self) -> int | None:
        """The process id of the worker that is ready, if there is one."""
        worker = self._idle
        return worker.pid if worker else None

    def _take(self) -> Worker:
        with self._lock:
            worker = self._idle
            self._idle = None
        return worker if worker and worker.is_alive else Worker()

    def _return(self, worker: Worker, is_usable: bool) -> None:
        with self._lock:
            if is_usable and self._idle is None:
                self._idle = worker
                return
        worker.close()

    def _refill(self) -> None:
        """Start a worker if there is none for the next file, while nobody waits for it."""
        with self._lock:
            if self._idle is None:
                self._idle = Worker()

    def forget(self) -> None:
        """Leave the workers to the process that this one was forked from: two cannot talk to one worker."""
        self._idle = None
        self._lock = threading.Lock()
        self._places = threading.Semaphore(MAX_AT_ONCE)


pool = Pool()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.forget)
