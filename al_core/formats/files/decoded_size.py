"""How large a file may become in memory, checked before anything is allocated."""

import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from al_core.exceptions import FileFormatError, InvalidInputError

VARIABLE = "AL_CORE_MAX_DECODED_GB"
DEFAULT_MAX_GB = 4.0

MAX_COMPRESSION = 200
"""A file that unpacks to more than this many times its size is refused, unless it is small."""

OBJECTS_PER_TEXT = 5
"""What JSON, CSV and XML count as in memory, in times their size: a number of five characters is an object of 32 bytes
in a list of 8, and the allowance of a decoded byte is four."""

_SMALL_BYTES = 64 * 2**20
"""What unpacks to no more than this is read whatever its ratio: black masks pack a thousandfold."""

_listener: ContextVar[Callable[[int], None] | None] = ContextVar("listener", default=None)


def max_decoded_bytes(environment: Mapping[str, str] = os.environ) -> int:
    """Return how many bytes one file may decode to: `AL_CORE_MAX_DECODED_GB`, 4 by default.

    Raises:
        InvalidInputError: If the variable is not a number above 0.

    Examples:
        >>> max_decoded_bytes({"AL_CORE_MAX_DECODED_GB": "0.5"})
        500000000
    """
    text = environment.get(VARIABLE, str(DEFAULT_MAX_GB))
    try:
        gigabytes = float(text)
    except ValueError:
        gigabytes = math.nan
    if not 0 < gigabytes < math.inf:
        raise InvalidInputError(f"{VARIABLE} must be a number of gigabytes above 0, not {text!r}")
    return int(gigabytes * 1e9)


def check_decoded_size(n_bytes: int, source: str) -> None:
    """Check that so many bytes may be allocated for a file, and announce them to `announced_to`.

    Raises:
        FileFormatError: If they are more than `max_decoded_bytes`.
    """
    limit = max_decoded_bytes()
    if n_bytes > limit:
        raise FileFormatError(
            f"{source} takes {n_bytes / 1e9:,.1f} GB in memory and the limit is {limit / 1e9:g} GB; "
            f"split it, or set {VARIABLE} higher on a machine that has the memory"
        )
    announce = _listener.get()
    if announce:
        announce(n_bytes)


def check_ratio(n_bytes: int, path: Path) -> None:
    """Refuse a file that unpacks to more than `MAX_COMPRESSION` times its size, unless it is small.

    Raises:
        FileFormatError: Naming both.
    """
    if n_bytes > max(_SMALL_BYTES, MAX_COMPRESSION * path.stat().st_size):
        raise FileFormatError(
            f"{path.name} unpacks to {n_bytes:,} bytes or more, over {MAX_COMPRESSION} times its size; "
            "if that is right, save it uncompressed"
        )


@contextmanager
def announced_to(listener: Callable[[int], None]) -> Iterator[None]:
    """Within the block, call `listener` with the bytes that a reader is about to allocate, before it does."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
