"""Which points of the map have rings: those of one tag, or everything that is labeled, sent, a test or picked last."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from al_core.explore.filters import rows_mask
from al_core.steps.chosen import added_rows, labeled_rows, last_selection, sent_rows
from al_core.steps.reserve import read_reserve
from al_core.steps.row_sets import without
from al_core.store import Dataset, Tag, TagRole, TagSummary
from al_core.types import Rows
from ui.embedding_map import Ring, Rings
from ui.session import Key, key_of

NOTHING = "nothing"
PROGRESS = "progress"
"""Not one tag, but how far each image is."""
RING_NAMES = {TagRole.LABELED: "Labeled", TagRole.TEST: "Test", TagRole.DUPLICATES: "Duplicates"}
"""What the images of a tag are; of other tags the legend says their name."""


def choose_rings(dataset: Dataset, *, glows: bool) -> Rings:
    """Draw the choice of the images that have rings; it stays as it is when tags are made or renamed.

    While a batch `glows` there are none until somebody wants them: hundreds of rings would hide its 32 images.
    """
    # Without the root: rings around every image would mark nothing.
    tags = {tag.id: tag for tag in dataset.tag_summaries() if tag.parent_id}
    options = [*([PROGRESS] if _has_progress(tags) else []), *tags, NOTHING]
    usual = PROGRESS if PROGRESS in options and not glows else NOTHING
    chosen = st.session_state.setdefault(Key.RINGED, {}).get(dataset.id)
    key = key_of("ringed-tag", dataset.id)
    st.session_state[key] = chosen if chosen in options else usual
    st.selectbox(
        "Highlight tag",
        options,
        format_func=lambda option: tags[option].name if option in tags else option.capitalize(),
        key=key,
        on_change=lambda: st.session_state[Key.RINGED].update({dataset.id: st.session_state[key]}),
        help="Rings mark how far each image is (labeled, with labelers, for testing, picked last), or the images of a "
        "tag and those that its selection added"
        if tags
        else "No tags yet: select first",
    )
    shown = st.session_state[key]
    if shown == PROGRESS:
        return progress_rings(dataset)
    return rings_of(dataset, dataset.find_tag_by_id(tags[shown].id if shown in tags else None))


def chosen_highlight(dataset: Dataset) -> str | None:
    """Return what somebody has chosen, a tag by its name; None if nobody has."""
    chosen = st.session_state.get(Key.RINGED, {}).get(dataset.id)
    return next((tag.name for tag in dataset.tag_summaries() if tag.id == chosen), chosen)


def store_highlight(dataset: Dataset, highlight: str | None) -> None:
    """Give rings to the images of the tag of that name, or of another choice."""
    names = {tag.name: tag.id for tag in dataset.tag_summaries() if tag.parent_id}
    ringed = st.session_state.setdefault(Key.RINGED, {})
    ringed.pop(dataset.id, None)
    if highlight in (PROGRESS, NOTHING) or highlight in names:
        ringed[dataset.id] = names.get(str(highlight), highlight)


def _has_progress(tags: Mapping[str, TagSummary]) -> bool:
    roles = (TagRole.SELECTION, TagRole.LABELED, TagRole.TEST)
    return any(tag.role in roles or tag.counts_as_labeled for tag in tags.values())


def progress_rings(dataset: Dataset) -> Rings:
    """Return the rings that say how far each image is; one that is more than one thing is the first of them."""
    versions = [f"{tag.id} {tag.role} {tag.is_sent}" for tag in dataset.tag_summaries()]
    return _progress_rings(dataset.id, "\n".join(versions), dataset)


# Tags and what they were marked as decide; reading all masks of a million images takes tens of milliseconds.
@st.cache_resource(max_entries=4, show_spinner=False)
def _progress_rings(dataset_id: str, versions: str, _dataset: Dataset) -> Rings:
    reserve = read_reserve(_dataset)
    test = reserve.reserve.rows if reserve else np.empty(0, np.int64)
    labeled = without(labeled_rows(_dataset), test)
    sent = without(sent_rows(_dataset), test)
    last = last_selection(_dataset)
    picked = added_rows(_dataset, last) if last else np.empty(0, np.int64)
    picked = picked[~np.isin(picked, np.concatenate([test, labeled, sent]))]
    return Rings(
        ring=_ring("Labeled", labeled),
        highlight=_ring(f"Last pick: {last.name}" if last else "", picked),
        sent=_ring("With labelers", sent),
        test=_ring("Test", test),
    )


def _ring(name: str, rows: Rows) -> Ring | None:
    return Ring(name, rows) if len(rows) else None


def rings_of(dataset: Dataset, tag: Tag | None) -> Rings:
    """Return the rings around the images of a tag, and those around what its selection added, by what they are."""
    if tag is None:
        return Rings()
    if tag.role is not TagRole.SELECTION:
        name = RING_NAMES.get(tag.role) or f"in “{tag.name}”"
        return Rings(ring=Ring(name, tag.rows))
    added = added_rows(dataset, tag)
    before = tag.rows[~rows_mask(added, dataset.n_samples)[tag.rows]]
    # What labelers had, or a person chose as the labeled set, may have no labels.
    is_labeled = np.isin(before, labeled_rows(dataset)).all()
    return Rings(
        ring=Ring("Labeled" if is_labeled else "Chosen before", before),
        highlight=Ring("Sent" if tag.is_sent else "Selected", added),
    )
