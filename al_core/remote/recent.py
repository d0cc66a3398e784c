import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
SECONDS = 1.0
"""How long an answer counts as recent: changes by others are seen that much later."""


class Recent(Generic[T]):
    """Caches a server's answer for one second, because a page asks for it many times per run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # The answer, and when the question was asked.
        self._answer: tuple[float, T] | None = None

    def get(self, load: Callable[[], T]) -> T:
        """Return the answer of the last second, otherwise what `load` returns now."""
        # Held while loading, so that threads that ask at once cause one request.
        with self._lock:
            if self._answer is None or time.monotonic() - self._answer[0] > SECONDS:
                # The time before the question: what changes while it is on its way is seen a second later at most.
                self._answer = (time.monotonic(), load())
            return self._answer[1]

    def forget(self) -> None:
        """Ask again the next time, after a change of our own."""
        with self._lock:
            self._answer = None
