"""The line above the map: the filters' controls, how many images pass, and a chip for each filter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from al_core.explore.filters import Filters
from al_core.store import INITIAL_TAG, Dataset
from al_core.text import counted
from ui.explore import columns
from ui.explore.filters import ON_MAP, control_key, current, in_words, store
from ui.explore.object_filter import object_controls
from ui.explore.similar import similar_chip, similar_to, stop_showing
from ui.messages import plain
from ui.session import Key, key_of, next_round

MAX_CHIP_LENGTH = 48


@dataclass(frozen=True)
class Choice:
    """A filter for images that have one of several names.

    Attributes:
        label: What people read.
        names: What can be chosen.
        chosen: What the filters have now.
        chosen_instead: Returns the filters with other names chosen.
        placeholder: What stands there while nothing is chosen.
        hint: What it does, or why there is nothing to choose.
    """

    label: str
    names: tuple[str, ...]
    chosen: tuple[str, ...]
    chosen_instead: Callable[[tuple[str, ...]], Filters]
    placeholder: str
    hint: str


def filter_row(
    dataset: Dataset, n_passing: int, titles: Mapping[str, str], *, clear_lasso: Callable[[], None] | None
) -> None:
    """Draw the line; columns have these titles, and `clear_lasso` is None while nothing is drawn on the map."""
    with st.popover("Filters", icon=":material/filter_alt:", help="By predicted class, tag or filename"):
        _controls(dataset)
    st.markdown(f"**{n_passing:,}** of {counted(dataset.n_samples, 'image')}", width="content")
    labels = in_words(current(dataset), titles)
    if not labels and not clear_lasso and not similar_to(dataset):
        st.caption("Drag on the histogram, or draw on the map (S).", width="content")
        return
    st.button(
        "Clear all",
        key="clear-filters",
        type="tertiary",
        on_click=partial(_clear, dataset, clear_lasso),
        help="Remove every filter: all images again",
    )
    similar_chip(dataset)
    for label, others in labels.items():
        _chip(label, partial(_replace, dataset, others))
    if clear_lasso:
        _chip(ON_MAP, clear_lasso)


def _controls(dataset: Dataset) -> None:
    for choice in _choices(dataset):
        _choice_control(dataset, choice)
    object_controls(dataset)
    key = control_key(dataset, "filename")
    # The filters decide and the controls follow: chips and addresses change them too.
    st.session_state[key] = current(dataset).filename
    st.text_input(
        "Filename contains",
        key=key,
        on_change=lambda: store(dataset, replace(current(dataset), filename=st.session_state[key].strip())),
        placeholder="part of a name",
        help="Ignores case; press Enter to search",
    )


def _choices(dataset: Dataset) -> list[Choice]:
    filters = current(dataset)
    texts = [
        Choice(
            plain(name),
            categories.names,
            filters.categories.get(name, ()),
            partial(_with_texts, dataset, name),
            "any",
            "Images whose metadata is one of these texts",
        )
        for name, categories in columns.text_columns(dataset).items()
    ]
    return [_class_choice(dataset, filters), *_tag_choices(dataset, filters), *texts]


def _with_texts(dataset: Dataset, column: str, texts: tuple[str, ...]) -> Filters:
    return current(dataset).with_categories(column, texts)


def _class_choice(dataset: Dataset, filters: Filters) -> Choice:
    predicted = columns.predicted_class(dataset)
    return Choice(
        "Predicted as",
        predicted.names if predicted else (),
        filters.classes,
        lambda names: replace(current(dataset), classes=names),
        "any class" if predicted else "no predictions yet",
        "Images whose most likely class is one of these" if predicted else "Drop predictions first",
    )


def _tag_choices(dataset: Dataset, filters: Filters) -> list[Choice]:
    tags = tuple(tag.name for tag in dataset.tag_summaries() if tag.name != INITIAL_TAG)
    placeholder = "any" if tags else "no tags yet"
    missing = None if tags else "Make a tag first: from a selection, or with New tag below"
    return [
        Choice(
            "Has any tag",
            tags,
            filters.tags,
            lambda names: replace(current(dataset), tags=names),
            placeholder,
            missing or "Images that are in at least one of these tags",
        ),
        Choice(
            "Has none of these tags",
            tags,
            filters.without_tags,
            lambda names: replace(current(dataset), without_tags=names),
            placeholder,
            missing or "Leaves images out, such as those already labeled",
        ),
    ]


def _choice_control(dataset: Dataset, choice: Choice) -> None:
    key = control_key(dataset, choice.label)
    # A filter from an address may name what is not there any more, at which a multiselect fails.
    st.session_state[key] = [name for name in choice.chosen if name in choice.names]
    st.multiselect(
        choice.label,
        choice.names,
        key=key,
        on_change=lambda: store(dataset, choice.chosen_instead(tuple(st.session_state[key]))),
        disabled=not choice.names,
        placeholder=choice.placeholder,
        help=choice.hint,
    )


def _replace(dataset: Dataset, filters: Filters) -> None:
    store(dataset, filters)
    next_round(Key.FILTER_ROUND)


def _clear(dataset: Dataset, clear_lasso: Callable[[], None] | None) -> None:
    _replace(dataset, Filters())
    stop_showing(dataset)
    if clear_lasso:
        clear_lasso()


def _chip(label: str, remove: Callable[[], None]) -> None:
    is_long = len(label) > MAX_CHIP_LENGTH
    st.button(
        plain(label[: MAX_CHIP_LENGTH - 1] + "…" if is_long else label),
        key=key_of("chip", label),
        icon=":material/close:",
        icon_position="right",
        on_click=remove,
        help="Remove this filter",
    )
