"""The filters of the session: what they are, what they let through, and how they read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from al_core.explore.filters import Filters, Mask, class_mask, tag_mask
from al_core.store import Dataset
from ui.embedding_map import Categories
from ui.explore import columns
from ui.explore.columns import Column
from ui.session import Key, key_of, round_of

ON_MAP = "drawn on the map"


def filters_key(dataset: Dataset) -> str:
    """Return where the session keeps the filters of a dataset."""
    return key_of(Key.FILTERS, dataset.id)


def current(dataset: Dataset) -> Filters:
    """Return the filters of a dataset."""
    filters: Filters = st.session_state.get(filters_key(dataset), Filters())
    return filters


def store(dataset: Dataset, filters: Filters) -> None:
    """Make these the filters of a dataset."""
    st.session_state[filters_key(dataset)] = filters


def control_key(dataset: Dataset, field: str) -> str:
    """Return the key of the control of a filter.

    The browser keeps what was chosen in a popover that is closed, and sends it again: once a chip has removed it, the
    control has to be another one.
    """
    return key_of("filter", field, dataset.id, str(round_of(Key.FILTER_ROUND)))


def range_key(column: str) -> str:
    """Return what `masks` calls the filter of a numeric column: a column may be named "tags" too."""
    return f"range {column}"


def masks(dataset: Dataset, number_columns: dict[str, Column]) -> dict[str, Mask]:
    """Return what each filter lets through; a filter of what has been deleted since lets everything through."""
    filters = current(dataset)
    passing = {}
    for name, wanted in filters.ranges.items():
        if name in number_columns:
            passing[range_key(name)] = wanted.mask(number_columns[name].values)
    # Predictions, texts and tags are read only if something filters by them: this runs on every interaction.
    predicted = columns.predicted_class(dataset) if filters.classes else None
    if predicted:
        passing["classes"] = _category_mask(predicted, filters.classes)
    texts = columns.text_columns(dataset) if filters.categories else {}
    for name, chosen in filters.categories.items():
        if name in texts:
            passing[f"text {name}"] = _category_mask(texts[name], chosen)
    with_tags = _tag_masks(dataset, filters.tags)
    if with_tags:
        passing["tags"] = tag_mask(with_tags, dataset.n_samples)
    without_tags = _tag_masks(dataset, filters.without_tags)
    if without_tags:
        passing["without tags"] = ~tag_mask(without_tags, dataset.n_samples)
    objects = columns.object_table(dataset) if filters.objects else None
    if objects and filters.objects:
        passing["objects"] = filters.objects.mask(
            objects.rows, objects.labels, objects.scores, objects.names, dataset.n_samples
        )
    if filters.filename:
        passing["filename"] = columns.filename_mask(dataset.id, dataset.n_samples, filters.filename, dataset)
    return passing


def _category_mask(categories: Categories, names: Sequence[str]) -> Mask:
    codes = [categories.names.index(name) for name in names if name in categories.names]
    return class_mask(categories.codes, codes, len(categories.names))


def _tag_masks(dataset: Dataset, names: Sequence[str]) -> list[bytes]:
    ids = [tag.id for tag in dataset.tag_summaries() if tag.name in names] if names else []
    return [tag.mask for tag in dataset.tags_by_id(ids)]


def in_words(filters: Filters, titles: Mapping[str, str] | None = None) -> dict[str, Filters]:
    """Return a label for each filter, with the filters that are left without it; columns by their titles, if given."""
    titles = titles or {}
    labels = {}
    for name, wanted in filters.ranges.items():
        labels[f"{titles.get(name, name)} {wanted}"] = filters.with_range(name, None)
    if filters.classes:
        labels["predicted " + " or ".join(filters.classes)] = replace(filters, classes=())
    for name, texts in filters.categories.items():
        labels[f"{name} {' or '.join(texts)}"] = filters.with_categories(name, ())
    if filters.tags:
        labels["in " + " or ".join(filters.tags)] = replace(filters, tags=())
    if filters.without_tags:
        labels["not in " + " or ".join(filters.without_tags)] = replace(filters, without_tags=())
    if filters.objects:
        labels[str(filters.objects)] = replace(filters, objects=None)
    if filters.filename:
        labels[f"filename has “{filters.filename}”"] = replace(filters, filename="")
    return labels
