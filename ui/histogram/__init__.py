"""A histogram that filters: drag across its bars to keep only those samples."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.explore.filters import Bins, Range
from ui import embedding_map
from ui.charts import BLUE

__all__ = ["BIN_COUNTS", "histogram"]

FOLDER = Path(__file__).parent
BIN_COUNTS = (10, 20, 40, 80, 160)

# The map's palettes: a bar has the colour that its samples have on the map.
_scripts = (embedding_map.FOLDER / "palette.js", FOLDER / "histogram.js")
_component = st.components.v2.component(
    "histogram",
    css=(FOLDER / "histogram.css").read_text(encoding="utf-8"),
    js="\n".join(script.read_text(encoding="utf-8") for script in _scripts),
)


def histogram(
    name: str,
    bins: Bins,
    *,
    key: str,
    counts: NDArray[np.int64],
    totals: NDArray[np.int64],
    chosen: Range | None,
    on_range: Callable[[Range | None], None],
    palette: str | None = None,
    bin_count: int | None = None,
    on_bin_count: Callable[[int], None] | None = None,
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
        palette: Colours the bars as the map is coloured; without it they are blue.
        bin_count: One of `BIN_COUNTS`, shown with buttons for fewer and more.
        on_bin_count: Called with the number of bars that was asked for.
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
            "isWhole": bins.codes.size > 0 and float(bins.edges[0]) % 1 == 0.5,
            "color": BLUE,
            "palette": palette,
            "binCount": bin_count,
            "binCounts": list(BIN_COUNTS),
            "height": height,
        },
        on_change_change=partial(_report, key, bins, on_range, on_bin_count),
    )


NOTHING = object()


def _report(
    key: str, bins: Bins, on_range: Callable[[Range | None], None], on_bin_count: Callable[[int], None] | None
) -> None:
    change = st.session_state[key].get("change")
    wanted = read_change(change, bins)
    if isinstance(wanted, int):
        if on_bin_count:
            on_bin_count(wanted)
    elif wanted is not NOTHING:
        st.session_state[f"{key}-order"] = change.get("order", 0)
        on_range(wanted)


def read_change(change: Any, bins: Bins) -> Any:
    """Return the range, None, or number of bars that the browser asked for; `NOTHING` if it makes no sense."""
    if not isinstance(change, dict):
        return NOTHING
    if change.get("bins") in BIN_COUNTS:
        return change["bins"]
    wanted, n_bars = change.get("range"), len(bins.edges) - 1
    if wanted is None and "range" in change:
        return None
    if wanted == "missing":
        return Range(is_missing=True)
    is_pair = isinstance(wanted, list) and len(wanted) == 2 and all(type(bar) is int for bar in wanted)
    if is_pair and 0 <= wanted[0] <= wanted[1] < n_bars:
        return bins.range_of(*wanted)
    return NOTHING


def _positions(chosen: Range | None, bins: Bins) -> list[float] | str | None:
    """Where the range begins and ends, counted in bars: it need not be on an edge after their number changed."""
    if chosen is None:
        return None
    if chosen.is_missing:
        return "missing"
    places = np.arange(len(bins.edges), dtype=float)
    ends = np.clip([chosen.low, chosen.high], bins.edges[0], bins.edges[-1])
    return [float(place) for place in np.interp(ends, bins.edges, places)]
