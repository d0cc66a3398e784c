"""How the colors of a number are spread over its values, and between which two."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.explore.skew import is_skewed
from al_core.store import Dataset
from ui.embedding_map import Values
from ui.explore.columns import Column
from ui.session import Key, key_of

EVENLY = "Evenly"
BY_RANK = "By rank"
STEPS = 200


@dataclass(frozen=True)
class ColorScale:
    """What somebody has chosen; None leaves it to the values.

    Attributes:
        spread: `EVENLY`, or `BY_RANK`: as many images to each color.
        limits: Between which values the colors run; what lies beyond has the outer ones.
    """

    spread: str | None = None
    limits: tuple[float, float] | None = None


def chosen_scale(dataset: Dataset, name: str) -> ColorScale:
    """Return what has been chosen for a column."""
    scale: ColorScale = st.session_state.get(Key.COLOR_SCALES, {}).get((dataset.id, name), ColorScale())
    return scale


def store_scale(dataset: Dataset, name: str, scale: ColorScale) -> None:
    """Make it the scale of a column."""
    st.session_state.setdefault(Key.COLOR_SCALES, {})[dataset.id, name] = scale


def colors_of(dataset: Dataset, column: Column, title: str) -> Values:
    """Return the colors of a column; unless somebody has chosen, those that tell most images apart."""
    scale = chosen_scale(dataset, column.name)
    low, high = scale.limits or _typical(column)
    is_ranked = _is_ranked(column, scale)
    return Values(
        column.name,
        column.values,
        low=low,
        high=high,
        open_ends=open_ends(column.stored.digest, low, high, column.values),
        digest=column.stored.digest,
        title=title,
        by_rank=is_ranked,
    )


def color_scale_control(dataset: Dataset, column: Column) -> None:
    """Draw, behind a button, the choice of spread and limits."""
    scale = chosen_scale(dataset, column.name)
    with st.popover("Scale", icon=":material/gradient:", help="How the colors spread, and between which values"):
        _spread_control(dataset, column, scale)
        _limits_control(dataset, column, scale)
        if scale != ColorScale():
            st.button(
                "Back to automatic",
                icon=":material/restart_alt:",
                on_click=store_scale,
                args=(dataset, column.name, ColorScale()),
                help="Spread and limits as the values suggest",
            )


def _spread_control(dataset: Dataset, column: Column, scale: ColorScale) -> None:
    key = key_of("spread", dataset.id, column.name)
    # The scale decides and the control follows, as "Back to automatic" changes it too.
    st.session_state[key] = BY_RANK if _is_ranked(column, scale) else EVENLY
    st.segmented_control(
        "Spread of the colors",
        [EVENLY, BY_RANK],
        key=key,
        required=True,
        on_change=lambda: store_scale(
            dataset, column.name, replace(chosen_scale(dataset, column.name), spread=st.session_state[key])
        ),
        help="Evenly over the values, or as many images to each color: what lies close together is told apart",
    )


def _limits_control(dataset: Dataset, column: Column, scale: ColorScale) -> None:
    lowest, highest = _extremes(column.stored.digest, column.values)
    if not lowest < highest:
        return
    low, high = scale.limits or _typical(column)
    key = key_of("limits", dataset.id, column.name)
    # Limits may be older than the values, which a new model has changed; a slider fails beyond its ends.
    st.session_state[key] = (max(low, lowest), min(high, highest))
    st.slider(
        "Colors run from … to",
        lowest,
        highest,
        key=key,
        step=(highest - lowest) / STEPS,
        format="%.4g",
        on_change=lambda: store_scale(
            dataset, column.name, replace(chosen_scale(dataset, column.name), limits=st.session_state[key])
        ),
        help="Values beyond have the outer colors; nothing is filtered",
    )


def _typical(column: Column) -> tuple[float, float]:
    bins, _ = column.bins(1)
    return float(bins.edges[0]), float(bins.edges[-1])


def _is_ranked(column: Column, scale: ColorScale) -> bool:
    if scale.spread:
        return scale.spread == BY_RANK
    low, high = scale.limits or _typical(column)
    return column.values.dtype.kind == "f" and _skewed(column.stored.digest, low, high, column.values)


@st.cache_resource(max_entries=64, show_spinner=False)
def _skewed(digest: str, low: float, high: float, _values: NDArray[np.floating]) -> bool:
    return is_skewed(_values, low, high)


@st.cache_resource(max_entries=64, show_spinner=False)
def open_ends(digest: str, low: float, high: float, _values: NDArray[np.floating]) -> tuple[bool, bool]:
    """Return whether some values lie below `low`, and above `high`."""
    return bool((_values < low).any()), bool((_values > high).any())


@st.cache_resource(max_entries=64, show_spinner=False)
def _extremes(digest: str, _values: NDArray[np.floating]) -> tuple[float, float]:
    finite = _values[np.isfinite(_values)]
    return (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
