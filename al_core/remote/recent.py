import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
SECONDS = 1.0


class Recent(Generic[T]):
    """Something that a server said, asked for again after a second: a page asks many times within one run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[float, T] | None = None

    def get(self, load: Callable[[], T]) -> T:
        """Return what the server said within the last second, otherwise what `load` says now."""
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > SECONDS:
                self._known = time.monotonic(), load()
            return self._known[1]

    def forget(self) -> None:
        """Ask again the next time, after a change of our own."""
        with self._lock:
            self._known = None
