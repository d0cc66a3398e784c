"""What unpacking a file decided, said later beside what its reader says."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_remarks: ContextVar[dict[str, str] | None] = ContextVar("remarks", default=None)


@contextmanager
def remarks_collected() -> Iterator[dict[str, str]]:
    """Yield a dict that gets each remark within the block: a stable key for programs, and what was noticed.

    Examples:
        >>> with remarks_collected() as remarks:
        ...     remark("sheet", "Read the sheet 'A'")
        >>> remarks
        {'sheet': "Read the sheet 'A'"}
    """
    remarks: dict[str, str] = {}
    token = _remarks.set(remarks)
    try:
        yield remarks
    finally:
        _remarks.reset(token)


def remark(what: str, text: str) -> None:
    """Remark something, if anybody collects it."""
    remarks = _remarks.get()
    if remarks is not None:
        remarks[what] = text
