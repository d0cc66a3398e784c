"""The histograms beside the map, each a filter."""

from functools import partial

import streamlit as st

from al_core.explore.filters import Mask, Range, all_of
from al_core.store import Dataset
from ui.explore.columns import Column
from ui.explore.filters import current, range_key, store
from ui.histogram import histogram
from ui.session import Key, key_of

N_SMALL = 8
N_BINS = 40
# Heights of bars, in CSS pixels.
LARGE_HEIGHT = 132
SMALLEST_HEIGHT = 52
TALLEST_SMALL_HEIGHT = 104
# What else the large histogram and a small one take: title, axis and gaps.
LARGE_ROOM = 200
SMALL_ROOM = 58


def histograms(
    dataset: Dataset,
    numbers: dict[str, Column],
    passing: dict[str, Mask],
    *,
    first: str | None,
    color: str,
    height: int,
) -> None:
    """Draw the histogram of the column `first` large, then those that filter, then others, in `height` pixels.

    The one that colors the map has the map's colors. Each counts the images that pass every filter but its own, so
    that its range can be widened.
    """
    filters = current(dataset)
    names = sorted(numbers, key=lambda name: (name != first, name not in filters.ranges))
    shown = names[: N_SMALL + 1]
    small = min(
        max((height - LARGE_ROOM) // max(len(shown) - 1, 1) - SMALL_ROOM, SMALLEST_HEIGHT), TALLEST_SMALL_HEIGHT
    )
    n_bins: int = st.session_state.get(Key.BIN_COUNT, N_BINS)
    for position, name in enumerate(shown):
        bins, totals = numbers[name].bins(n_bins)
        others = set(passing) - {range_key(name)}
        counts = bins.count(all_of(passing, dataset.n_samples, except_for=range_key(name))) if others else totals
        is_first = position == 0
        histogram(
            name,
            bins,
            key=key_of("histogram", dataset.id, name),
            counts=counts,
            totals=totals,
            chosen=filters.ranges.get(name),
            on_range=partial(_store_range, dataset, name),
            palette="viridis" if name == color else None,
            bin_count=n_bins if is_first else None,
            on_bin_count=_store_bin_count,
            open_ends=numbers[name].open_ends,
            height=LARGE_HEIGHT if is_first else small,
        )
    if not names:
        st.info("Histograms appear here as soon as there are scores or metadata.", icon=":material/bar_chart:")
    if len(names) > len(shown):
        st.caption(f"{len(names) - len(shown)} more: choose one under Color by to see it here")


def _store_range(dataset: Dataset, column: str, wanted: Range | None) -> None:
    store(dataset, current(dataset).with_range(column, wanted))


def _store_bin_count(n_bins: int) -> None:
    st.session_state[Key.BIN_COUNT] = n_bins
