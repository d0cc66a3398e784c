import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from al_core.exceptions import ALCoreWarning
from al_core.types import Progress

SECONDS_PER_LINE = 0.2
"""How often progress is rewritten in a terminal."""


def printed_progress(unit: str, done_to_them: str = "") -> Progress:
    """Return a progress that rewrites one line in a terminal; elsewhere it writes the last line alone.

    Args:
        unit: What is counted, in the plural, such as "images".
        done_to_them: Follows the unit, such as " sent".
    """
    started = time.monotonic()
    last = started
    is_terminal = sys.stderr.isatty()

    def show(done: int, total: int) -> None:
        nonlocal last
        # A job that has not begun reports 0 of 0, from which nothing can be told.
        if not done:
            return
        now = time.monotonic()
        if done < total and (not is_terminal or now - last < SECONDS_PER_LINE):
            return
        last = now
        speed = done / max(now - started, 1e-9)
        seconds_left = (total - done) / speed
        line = f"{done:,} of {total:,} {unit}{done_to_them}, {speed:,.0f} {unit}/s, {seconds_left:,.0f} s left"
        # Padded, to cover what is left of a longer line before it.
        text = f"\r{line:<70}" if is_terminal else line
        end = "\n" if done == total else ""
        # To standard error: standard output may be a pipe that carries the answer.
        print(text, end=end, file=sys.stderr, flush=True)

    return show


@contextmanager
def warnings_as_sentences(command: str) -> Iterator[None]:
    """Print the warnings of al_core as errors are, without the line of source that warned."""
    usual = warnings.formatwarning

    def formatted(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        if issubclass(category, ALCoreWarning):
            return f"al-core {command}: {message}\n"
        return usual(message, category, filename, lineno, line)

    warnings.formatwarning = formatted
    try:
        yield
    finally:
        warnings.formatwarning = usual
