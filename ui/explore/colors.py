"""What the colors of the map mean: which column or group, and its palette."""

import streamlit as st

from al_core.store import Dataset
from ui.embedding_map import Categories, Values
from ui.explore import columns, groups
from ui.explore.color_scale import color_scale_control, colors_of
from ui.explore.columns import Column
from ui.messages import code_name
from ui.session import Key, key_of

NOTHING = "nothing"


def chosen_color(dataset: Dataset) -> str | None:
    """Return what somebody has chosen, or None."""
    chosen: str | None = st.session_state.setdefault(Key.COLORS, {}).get(dataset.id)
    return chosen


def store_color(dataset: Dataset, name: str | None) -> None:
    """Make it what colors the map; None for what the page proposes."""
    st.session_state.setdefault(Key.COLORS, {})[dataset.id] = name


def choose_color(dataset: Dataset, numbers: dict[str, Column]) -> str:
    """Draw the choice of what the colors mean; it stays when the page is left."""
    scores = [name for name, column in numbers.items() if column.is_score]
    metadata = [name for name in numbers if name not in scores]
    texts = columns.text_columns(dataset)
    options = [*scores, *groups.group_names(dataset), *metadata, *texts, NOTHING]
    titles = columns.titles(numbers) | groups.group_titles(dataset)
    key = key_of("color", dataset.id)
    chosen = chosen_color(dataset)
    st.session_state[key] = chosen if chosen in options else options[0]
    shown: str = st.selectbox(
        "Color by",
        options,
        format_func=lambda name: titles.get(name, name),
        key=key,
        on_change=lambda: store_color(dataset, st.session_state[key]),
        help=_hint(st.session_state[key], scores),
    )
    if shown in numbers:
        color_scale_control(dataset, numbers[shown])
    return shown


def _hint(shown: str, scores: list[str]) -> str:
    hint = "What colors the map; numbers also sort the images"
    if not scores:
        return f"{hint}. No scores yet: drop predictions first"
    return f"{hint}. In Python: {code_name(shown)}" if shown in scores else hint


def map_colors(dataset: Dataset, numbers: dict[str, Column], name: str) -> Values | Categories | None:
    """Return the colors of the map."""
    if name in numbers:
        return colors_of(dataset, numbers[name], columns.titles(numbers)[name])
    return groups.group(dataset, name) or columns.text_columns(dataset).get(name)
