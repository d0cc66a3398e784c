"""The histograms beside the map, each a filter."""

from functools import partial

import streamlit as st

from al_core.explore.filters import Mask, Range, all_of
from al_core.explore.histogram import Bins
from al_core.store import Dataset
from al_core.text import counted
from ui.embedding_map import Values
from ui.explore import columns
from ui.explore.color_scale import open_ends
from ui.explore.columns import Column
from ui.explore.filters import current, range_key, store
from ui.histogram import histogram
from ui.session import Key, key_of

N_BINS = 40
# Heights of bars, in CSS pixels.
LARGE_HEIGHT = 72
SMALL_HEIGHT = 48


def histograms(
    dataset: Dataset, numbers: dict[str, Column], passing: dict[str, Mask], *, first: str | None, colors: Values | None
) -> None:
    """Draw the histogram of the column `first` large, then those that filter; others wait in a box to be opened.

    The one that colors the map has the map's colors. Each counts the images that pass every filter but its own, so
    that its range can be widened.
    """
    if not numbers:
        st.info("Histograms appear here as soon as there are scores or metadata.", icon=":material/bar_chart:")
        return
    filters = current(dataset)
    titles = columns.titles(numbers)
    in_view = [name for name in numbers if name == first or name in filters.ranges]
    for name in sorted(in_view, key=lambda name: name != first):
        _draw(dataset, numbers[name], passing, is_first=name == first, title=titles[name], colors=colors)
    others = [name for name in numbers if name not in in_view]
    if not others:
        return
    box = st.expander(
        f"{counted(len(others), 'more histogram')}",
        icon=":material/bar_chart:",
        on_change="rerun",
        key="more-histograms",
    )
    # Closed, they need not be counted.
    if box.open:
        with box:
            for name in others:
                _draw(dataset, numbers[name], passing, is_first=False, title=titles[name], colors=None)


def _draw(
    dataset: Dataset, column: Column, passing: dict[str, Mask], *, is_first: bool, title: str, colors: Values | None
) -> None:
    n_bins: int = st.session_state.get(Key.BIN_COUNT, N_BINS)
    bins, totals = column.bins(n_bins)
    others = set(passing) - {range_key(column.name)}
    counts = bins.count(all_of(passing, dataset.n_samples, except_for=range_key(column.name))) if others else totals
    histogram(
        title,
        bins,
        key=key_of("histogram", dataset.id, column.name),
        counts=counts,
        totals=totals,
        chosen=current(dataset).ranges.get(column.name),
        on_range=partial(_store_range, dataset, column.name),
        shades=_shades(bins, colors) if colors and colors.name == column.name else None,
        bin_count=n_bins if is_first else None,
        on_bin_count=_store_bin_count,
        open_ends=open_ends(column.stored.digest, float(bins.edges[0]), float(bins.edges[-1]), column.values),
        height=LARGE_HEIGHT if is_first else SMALL_HEIGHT,
    )


def _shades(bins: Bins, colors: Values) -> list[float]:
    edges = bins.edges.astype(float)
    return colors.shares((edges[:-1] + edges[1:]) / 2)


def _store_range(dataset: Dataset, column: str, wanted: Range | None) -> None:
    store(dataset, current(dataset).with_range(column, wanted))


def _store_bin_count(n_bins: int) -> None:
    st.session_state[Key.BIN_COUNT] = n_bins
