"""Tables of `rounds.py`, and the parts of sections that a run leaves for the next one."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from al_core.evaluation import Statistic

Measured = dict[str, bool | int | float | str]
"""One measurement, as it is stored."""


def remembered(file: Path, measure: Callable[[], Iterable[Measured]]) -> list[Measured]:
    """Return what an earlier run has measured, or measure it and keep it."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        # Renamed when it is whole: an interrupted run leaves no half file.
        part = file.with_suffix(".part")
        part.write_text(json.dumps(list(measure())), encoding="utf-8")
        part.rename(file)
    stored: list[Measured] = json.loads(file.read_text(encoding="utf-8"))
    return stored


def holds(statistic: Statistic, truth: float) -> bool:
    """Return whether a statistic speaks and its interval holds the truth."""
    return bool(statistic.speaks and statistic.low <= truth <= statistic.high)


def share(hits: Iterable[bool]) -> str:
    """Return the share of hits as a percentage, and of how many."""
    values = list(hits)
    return f"{100 * np.mean(values):.0f} % of {len(values)}" if values else "–"


def table(header: list[str], rows: Iterable[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
