"""The filters of the session: their controls, their chips, and the samples they let through."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from al_core.explore.filters import Filters, Mask, Range, all_of, class_mask, tag_mask
from al_core.store import INITIAL_TAG, Dataset
from ui.explore import columns
from ui.explore.columns import Column
from ui.histogram import histogram
from ui.state import plain

ON_MAP = "drawn on the map"
REMOVALS = "filter-removals"
MORE_HISTOGRAMS = 8
# One line that scrolls: chips that wrapped would move the map down.
STYLE = """<style>
.st-key-filter-row {flex-wrap: nowrap !important; overflow-x: auto; overflow-y: hidden; scrollbar-width: thin;
  padding: 3px 2px;}
.st-key-filter-row > * {flex: none !important; white-space: nowrap;}
[class*="st-key-chip-"] button {min-height: 1.9rem; padding: 0 .35rem 0 .65rem; border-radius: 99px;}
[class*="st-key-chip-"] button p {font-size: .86rem; font-variant-numeric: tabular-nums;}
</style>"""


def current(dataset: Dataset) -> Filters:
    return st.session_state.get(f"filters-{dataset.id}", Filters())


def store(dataset: Dataset, wanted: Filters) -> None:
    st.session_state[f"filters-{dataset.id}"] = wanted


def masks(dataset: Dataset, number_columns: dict[str, Column]) -> dict[str, Mask]:
    """Return what each filter lets through; what has been deleted since filters nothing."""
    wanted, n = current(dataset), dataset.n_samples
    found = {
        name: kept.mask(number_columns[name].values) for name, kept in wanted.ranges.items() if name in number_columns
    }
    predicted = columns.predicted_class(dataset) if wanted.classes else None
    if predicted:
        chosen = [predicted.names.index(name) for name in wanted.classes if name in predicted.names]
        found["classes"] = class_mask(predicted.codes, chosen, len(predicted.names))
    texts = columns.text_columns(dataset) if wanted.categories else {}
    for name, kept in wanted.categories.items():
        if name in texts:
            chosen = [texts[name].names.index(text) for text in kept if text in texts[name].names]
            found[f"text {name}"] = class_mask(texts[name].codes, chosen, len(texts[name].names))
    tags = {tag.name: tag.mask for tag in dataset.tags()} if wanted.tags or wanted.without_tags else {}
    if wanted.tags:
        found["tags"] = tag_mask([tags[name] for name in wanted.tags if name in tags], n)
    if wanted.without_tags:
        found["without tags"] = ~tag_mask([tags[name] for name in wanted.without_tags if name in tags], n)
    if wanted.filename:
        found["filename"] = columns.filename_mask(dataset.id, n, wanted.filename, dataset)
    return found


def _controls(dataset: Dataset) -> None:
    predicted = columns.predicted_class(dataset)
    tags = [tag.name for tag in dataset.tags() if tag.name != INITIAL_TAG]
    _control(
        st.multiselect,
        dataset,
        "classes",
        "Predicted as",
        options=list(predicted.names) if predicted else [],
        disabled=predicted is None,
        placeholder="any class" if predicted else "no predictions yet",
        help="Samples whose most likely class is one of these" if predicted else "Drop predictions first",
    )
    for field, label, help in (
        ("tags", "In any of the tags", "Samples that are in at least one of these tags"),
        ("without_tags", "In none of the tags", "Leaves samples out, such as those that are labeled already"),
    ):
        _control(
            st.multiselect,
            dataset,
            field,
            label,
            options=tags,
            disabled=not tags,
            placeholder="no matter which" if tags else "no tags yet",
            help=help if tags else "Make a tag first: from a selection, or with New tag below",
        )
    for name, categories in columns.text_columns(dataset).items():
        _category_control(dataset, name, categories.names)
    _control(
        st.text_input,
        dataset,
        "filename",
        "Filename contains",
        placeholder="part of a name",
        help="In upper or lower case; press Enter to search",
    )


def _control(draw: Callable[..., Any], dataset: Dataset, field: str, label: str, **options: Any) -> None:
    key, value = _control_key(dataset, field), getattr(current(dataset), field)
    if isinstance(value, tuple):
        value = [name for name in value if name in options["options"]]
    st.session_state[key] = value

    def keep() -> None:
        chosen = st.session_state[key]
        chosen = chosen.strip() if isinstance(chosen, str) else tuple(chosen)
        store(dataset, replace(current(dataset), **{field: chosen}))

    draw(label, key=key, on_change=keep, **options)


def _control_key(dataset: Dataset, field: str) -> str:
    # The browser keeps what was chosen in a popover that is closed, and sends it again: once a chip has removed it, the
    # control has to be another one.
    return f"filter-{field}-{dataset.id}-{st.session_state.get(REMOVALS, 0)}"


def _category_control(dataset: Dataset, column: str, names: tuple[str, ...]) -> None:
    key = _control_key(dataset, f"text-{column}")
    st.session_state[key] = [name for name in current(dataset).categories.get(column, ()) if name in names]
    st.multiselect(
        plain(column),
        names,
        key=key,
        on_change=lambda: store(dataset, current(dataset).with_categories(column, st.session_state[key])),
        placeholder="any",
        help="Samples whose metadata is one of these texts",
    )


def histograms(
    dataset: Dataset,
    numbers: dict[str, Column],
    passing: dict[str, Mask],
    *,
    first: str | None,
    color: str,
    height: int,
) -> None:
    """Draw the column's histogram that is named first large, then those that filter, then others, in `height` pixels.

    The one that colours the map has the map's colours. Each counts the samples that pass every filter but its own, so
    that its range can be widened.
    """
    wanted = current(dataset)
    n_bins = st.session_state.get("bin-count", 40)
    names = sorted(numbers, key=lambda name: (name != first, name not in wanted.ranges))
    shown = names[: MORE_HISTOGRAMS + 1]
    small = min(max((height - 200) // max(len(shown) - 1, 1) - 58, 52), 104)
    for position, name in enumerate(shown):
        bins, totals = numbers[name].bins(n_bins)

        histogram(
            name,
            bins,
            key=f"histogram-{dataset.id}-{name}",
            counts=bins.count(all_of(passing, dataset.n_samples, but=name)) if set(passing) - {name} else totals,
            totals=totals,
            chosen=wanted.ranges.get(name),
            on_range=partial(_keep_range, dataset, name),
            palette="viridis" if name == color else None,
            bin_count=n_bins if position == 0 else None,
            on_bin_count=lambda wanted: st.session_state.update({"bin-count": wanted}),
            height=132 if position == 0 else small,
        )
    if not names:
        st.info("Histograms appear here as soon as there are scores or metadata.", icon=":material/bar_chart:")
    if len(names) > len(shown):
        st.caption(f"{len(names) - len(shown)} more: choose one under Colour by to see it here")


def _keep_range(dataset: Dataset, column: str, wanted: Range | None) -> None:
    store(dataset, current(dataset).with_range(column, wanted))


def in_words(wanted: Filters) -> dict[str, Filters]:
    """Return a label for each filter, with the filters that are left without it."""
    found = {f"{name} {kept}": wanted.with_range(name, None) for name, kept in wanted.ranges.items()}
    if wanted.classes:
        found["predicted " + " or ".join(wanted.classes)] = replace(wanted, classes=())
    for name, kept in wanted.categories.items():
        found[f"{name} {' or '.join(kept)}"] = wanted.with_categories(name, ())
    if wanted.tags:
        found["in " + " or ".join(wanted.tags)] = replace(wanted, tags=())
    if wanted.without_tags:
        found["not in " + " or ".join(wanted.without_tags)] = replace(wanted, without_tags=())
    if wanted.filename:
        found[f"filename has “{wanted.filename}”"] = replace(wanted, filename="")
    return found


def filter_row(dataset: Dataset, n_passing: int, *, clear_lasso: Callable[[], None] | None) -> None:
    """Draw the filters' controls, the count, and each filter as a chip that removes it.

    `clear_lasso` is None while nothing is drawn on the map.
    """
    st.html(STYLE)
    with st.popover("Filters", icon=":material/filter_alt:", help="By predicted class, tag or filename"):
        _controls(dataset)
    st.markdown(f"**{n_passing:,}** of {dataset.n_samples:,} samples", width="content")
    found = in_words(current(dataset))
    if not found and not clear_lasso:
        st.caption("Drag across a histogram, or draw on the map with S, to see only those.", width="content")
    else:
        st.button(
            "Clear all",
            key="clear-filters",
            type="tertiary",
            on_click=partial(_clear, dataset, clear_lasso),
            help="Remove every filter: all samples again",
        )
    for label, without in found.items():
        _chip(label, partial(_replace, dataset, without))
    if clear_lasso:
        _chip(ON_MAP, clear_lasso)


def _replace(dataset: Dataset, wanted: Filters) -> None:
    store(dataset, wanted)
    st.session_state[REMOVALS] = st.session_state.get(REMOVALS, 0) + 1


def _clear(dataset: Dataset, clear_lasso: Callable[[], None] | None) -> None:
    _replace(dataset, Filters())
    if clear_lasso:
        clear_lasso()


def _chip(label: str, remove: Callable[[], None]) -> None:
    short = label if len(label) <= 48 else label[:47] + "…"
    st.button(
        plain(short),
        key=f"chip-{label}",
        icon=":material/close:",
        icon_position="right",
        on_click=remove,
        help="Remove this filter",
    )
