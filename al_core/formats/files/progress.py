"""Progress of reading a file, without every reader passing a callback on."""

import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, TypeVar

from al_core.types import Progress

Item = TypeVar("Item")

_progress: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextmanager
def reading_reported(progress: Progress | None) -> Iterator[None]:
    """Within the block, `progress` is called with (percent, 100), never fewer; it may raise to stop the reading."""
    token = _progress.set(_Forward(progress) if progress else None)
    try:
        yield
    finally:
        _progress.reset(token)


def reported(items: Collection[Item]) -> Iterator[Item]:
    """Yield the items, and report before each how far the reading is."""
    for done, item in enumerate(items):
        report(done, len(items))
        yield item


def report(done: int, total: int) -> None:
    """Report how far the reading is; if it was canceled, this raises."""
    progress = _progress.get()
    if progress:
        progress(100 * done // max(total, 1), 100)


def open_reported(path: Path) -> IO[bytes] | None:
    """Return a file whose every read is reported, or None if nobody listens."""
    progress = _progress.get()
    return _ReportedFile(path, progress) if progress else None


class _Forward:
    # A file that is looked through twice would begin at 0 again.
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._highest = 0

    def __call__(self, done: int, total: int) -> None:
        self._highest = max(self._highest, done)
        self._progress(self._highest, total)


class _ReportedFile(io.FileIO):
    # Readers such as Arrow's read in threads of their own, which do not see the context.
    def __init__(self, path: Path, progress: Progress) -> None:
        super().__init__(path)
        self._report = progress
        self._n_bytes = path.stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        self._report(100 * self.tell() // max(self._n_bytes, 1), 100)
        return super().read(size) or b""
