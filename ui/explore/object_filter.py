"""The filter by what is predicted on an image: how many objects, of which classes, from which confidence on."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from al_core.explore.filters import Objects
from al_core.formats.predictions.predictions import SEGMENTATION
from al_core.store import Dataset
from ui.explore import columns
from ui.explore.filters import control_key, current, store
from ui.images import ShapeFilter


def object_controls(dataset: Dataset) -> None:
    """Draw the controls, if the current model predicts objects."""
    table = columns.object_table(dataset)
    if table is None:
        return
    objects = current(dataset).objects or Objects()
    is_mask = table.task == SEGMENTATION
    _classes_control(dataset, table.names, objects)
    with st.container(horizontal=True):
        if not is_mask:
            _count_control(
                dataset,
                "At least",
                objects.least_count,
                lambda now, count: replace(now, least_count=1 if count is None else count),
                "Images with fewer are left out",
            )
            _count_control(
                dataset,
                "At most",
                objects.most_count,
                lambda now, count: replace(now, most_count=count),
                "Images with more are left out",
            )
        _confidence_control(dataset, objects, is_mask=is_mask)


def shape_filter(dataset: Dataset) -> ShapeFilter:
    """Return which shapes are drawn on the tiles: those that the filter counts."""
    objects = current(dataset).objects
    return ShapeFilter(objects.classes, objects.least_confidence) if objects else ShapeFilter()


def _classes_control(dataset: Dataset, names: tuple[str, ...], objects: Objects) -> None:
    key = control_key(dataset, "object classes")
    st.session_state[key] = [name for name in objects.classes if name in names]
    st.multiselect(
        "Shows objects of",
        names,
        key=key,
        on_change=lambda: _store(dataset, lambda now: replace(now, classes=tuple(st.session_state[key]))),
        placeholder="any class",
        help="Images on which the model sees one of these; only these are drawn on the tiles",
    )


def _count_control(
    dataset: Dataset, label: str, value: int | None, changed: Callable[[Objects, int | None], Objects], hint: str
) -> None:
    key = control_key(dataset, f"objects {label}")
    st.session_state[key] = value
    st.number_input(
        label,
        min_value=0,
        step=1,
        key=key,
        on_change=lambda: _store(dataset, lambda now: changed(now, st.session_state[key])),
        placeholder="any",
        width=110,
        help=hint,
    )


def _confidence_control(dataset: Dataset, objects: Objects, *, is_mask: bool) -> None:
    key = control_key(dataset, "object confidence")
    # An address may say anything, and a slider fails beyond its ends.
    st.session_state[key] = min(max(objects.least_confidence, 0.0), 1.0)
    st.slider(
        "Covers at least" if is_mask else "Confidence from",
        0.0,
        1.0,
        key=key,
        step=0.01,
        on_change=lambda: _store(dataset, lambda now: replace(now, least_confidence=float(st.session_state[key]))),
        help="The share of the image" if is_mask else "Objects below it neither count nor are drawn",
    )


def _store(dataset: Dataset, change: Callable[[Objects], Objects]) -> None:
    filters = current(dataset)
    objects = change(filters.objects or Objects())
    # What every control leaves open is no filter.
    store(dataset, replace(filters, objects=None if objects == Objects() else objects))
