"""Large files are read one after the other, whoever sends them."""

import threading
from collections.abc import Callable

from al_core.formats.worker.budget import Budget

POLL_SECONDS = 0.1
"""How often a cancel is looked for while nothing else happens."""

LARGE_BYTES = 256_000_000
"""What decodes to more than this waits for its turn: at most one such file is in memory at a time."""

_is_taken = threading.Lock()


class Turn:
    """The turn of one file."""

    def __init__(self) -> None:
        self._is_held = False

    def take(self, budget: Budget, poll: Callable[[], None]) -> None:
        """Return once a file of this budget may be read; `poll` is called while waiting, and may raise to give up."""
        if self._is_held or budget.decoded_bytes <= LARGE_BYTES:
            return
        while not _is_taken.acquire(timeout=POLL_SECONDS):
            poll()
        self._is_held = True

    def release(self) -> None:
        """Let the next one in."""
        if self._is_held:
            _is_taken.release()
        self._is_held = False
