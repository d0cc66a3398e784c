"""A histogram that filters: drag across its bars to keep only those samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core import embedding_map
from al_core.explore.filters import Range
from al_core.explore.histogram import Bins
from ui.charts import BLUE

__all__ = ["BIN_COUNTS", "histogram"]

FOLDER = Path(__file__).parent
BIN_COUNTS = (10, 20, 40, 80, 160)
# `bin_values` puts the edges of whole numbers halfway between them.
WHOLE_NUMBER_EDGE = 0.5

# With the map's palettes: a bar has the color that its samples have on the map.
_scripts = (embedding_map.FOLDER / "palette.js", FOLDER / "histogram.js")
_component = st.components.v2.component(
    "histogram",
    css=(FOLDER / "histogram.css").read_text(encoding="utf-8"),
    js="\n".join(script.read_text(encoding="utf-8") for script in _scripts),
)


def histogram(  # noqa: PLR0913 - a widget's settings, all but two by keyword
    name: str,
    bins: Bins,
    *,
    key: str,
    counts: NDArray[np.int64],
    totals: NDArray[np.int64],
    chosen: Range | None,
    on_range: Callable[[Range | None], None],
    shades: Sequence[float] | None = None,
    bin_count: int | None = None,
    on_bin_count: Callable[[int], None] | None = None,
    open_ends: tuple[bool, bool] = (False, False),
    height: int = 64,
) -> None:
    """Draw a histogram whose range can be dragged, or moved with the arrow keys.

    Args:
        name: What is counted.
        bins: The bars; they go to the browser as a few hundred numbers, whatever the number of samples.
        key: The widget's name in the session.
        counts: (B + 1,) samples that pass the other filters, those without a value last.
        totals: (B + 1,) all samples, drawn as a shadow behind.
        chosen: The range that filters now.
        on_range: Called before the page reruns with the range that was dragged, or None when it was cleared.
        shades: Where on the map's palette each bar is, from 0 to 1; without it they are blue.
        bin_count: One of `BIN_COUNTS`, shown with buttons for fewer and more.
        on_bin_count: Called with the number of bars that was asked for.
        open_ends: Whether the first and the last bar hold values beyond the edges too.
        height: Of the bars, in CSS pixels.
    """
    _component(
        key=key,
        data={
            "name": name,
            "edges": bins.edges.astype(float).tolist(),
            "counts": counts.tolist(),
            "totals": totals.tolist(),
            "chosen": _positions(chosen, bins),
            "order": st.session_state.get(f"{key}-order", 0),
            "isWhole": bins.codes.size > 0 and _is_around_whole_numbers(bins),
            "color": BLUE,
            "shades": shades,
            "binCount": bin_count,
            "binCounts": list(BIN_COUNTS),
            "openEnds": open_ends,
            "height": height,
        },
        # Streamlit names a callback after its trigger, which is called "change" here.
        on_change_change=partial(_report, key, bins, on_range, on_bin_count),
    )


def _is_around_whole_numbers(bins: Bins) -> bool:
    return float(bins.edges[0]) % 1 == WHOLE_NUMBER_EDGE


@dataclass(frozen=True)
class Change:
    """What the browser asked for.

    Attributes:
        bin_count: Another number of bars, or None if it asked for a range.
        wanted: The range, or None to clear it.
        order: Counts the ranges reported, so that the answer to an earlier one moves no later one back.
    """

    bin_count: int | None = None
    wanted: Range | None = None
    order: int = 0


def _report(
    key: str, bins: Bins, on_range: Callable[[Range | None], None], on_bin_count: Callable[[int], None] | None
) -> None:
    change = read_change(st.session_state[key].get("change"), bins)
    if change is None:
        return
    if change.bin_count is None:
        st.session_state[f"{key}-order"] = change.order
        on_range(change.wanted)
    elif on_bin_count:
        on_bin_count(change.bin_count)


def read_change(message: object, bins: Bins) -> Change | None:
    """Return what the browser asked for, or None if its message makes no sense."""
    match message:
        case {"bins": int(bin_count)} if bin_count in BIN_COUNTS:
            return Change(bin_count)
        case {"range": None, **rest}:
            wanted = None
        case {"range": "missing", **rest}:
            wanted = Range(is_missing=True)
        case {"range": [int(first), int(last)], **rest} if 0 <= first <= last < len(bins.edges) - 1:
            wanted = bins.range_of(first, last)
        case _:
            return None
    order = rest.get("order", 0)
    return Change(wanted=wanted, order=order if isinstance(order, int) else 0)


def _positions(chosen: Range | None, bins: Bins) -> list[float] | str | None:
    """Return where the range begins and ends in bars: not on an edge if their number changed since."""
    if chosen is None:
        return None
    if chosen.is_missing:
        return "missing"
    places = np.arange(len(bins.edges), dtype=float)
    ends = np.clip([chosen.low, chosen.high], bins.edges[0], bins.edges[-1])
    return [float(place) for place in np.interp(ends, bins.edges, places)]
