"""The map of Explore with what is drawn on it, and its toolbar."""

import numpy as np
import streamlit as st

from al_core.explore.filters import Mask, all_of, rows_mask
from al_core.steps.chosen import added_rows, labeled_rows
from al_core.steps.next_batch import NextBatch
from al_core.store import Dataset, Tag, TagRole
from ui.embedding_map import Categories, Ring, Values, embedding_map
from ui.explore.layout import MAP_HEIGHT
from ui.explore.view import View
from ui.images import image_url
from ui.session import Key, key_of

NOTHING = "nothing"
RING_NAMES = {TagRole.LABELED: "Labeled", TagRole.TEST: "Test", TagRole.DUPLICATES: "Duplicates"}
"""What the images of a tag are; of other tags the legend says their name."""


def choose_tag(dataset: Dataset) -> Tag | None:
    """Draw the choice of the tag whose images have rings; it stays as it is when tags are made or renamed."""
    # Without the root: rings around every image would mark nothing.
    tags = {tag.id: tag for tag in dataset.tags() if tag.parent_id}
    chosen = st.session_state.get(Key.RINGED_TAGS, {}).get(dataset.id, _proposed_tag(tags))
    key = key_of("ringed-tag", dataset.id)
    st.session_state[key] = chosen if chosen in tags else NOTHING
    st.selectbox(
        "Highlight tag",
        [*tags, NOTHING],
        format_func=lambda tag_id: tags[tag_id].name if tag_id in tags else NOTHING,
        key=key,
        on_change=lambda: st.session_state.setdefault(Key.RINGED_TAGS, {}).update({dataset.id: st.session_state[key]}),
        help="Rings mark its images and, in a second color, those that its selection added"
        if tags
        else "No tags yet: select first",
    )
    return tags.get(st.session_state[key])


def _proposed_tag(tags: dict[str, Tag]) -> str:
    """Return the newest selection or labeled tag: rings around a region would hide what somebody looks at there."""
    roles = (TagRole.SELECTION, TagRole.LABELED)
    return next((tag.id for tag in tags.values() if tag.role in roles), NOTHING)


def map_key(dataset: Dataset) -> str:
    """Return the name of the map's widget."""
    return key_of("map", dataset.id)


def draw_map(
    dataset: Dataset,
    view: View,
    tag: Tag | None,
    colors: Values | Categories | None,
    masks: dict[str, Mask],
    batch: NextBatch | None,
) -> Mask | None:
    """Draw the map and return which images are inside the outline drawn on it, or None without outline."""
    ring, highlight = rings_of(dataset, tag)
    if batch:
        highlight = Ring("Next to label", batch.rows, glows=True)
    selection = embedding_map(
        view.points,
        key=map_key(dataset),
        digest=view.digest,
        colors=colors,
        ring=ring,
        highlight=highlight,
        shown=all_of(masks, dataset.n_samples) if masks else None,
        card_url=image_url(dataset, "{row}.json"),
        image_url=image_url(dataset, "{row}"),
        height=MAP_HEIGHT,
        can_dock=True,
        generation=view.generation,
    )
    if selection.polygon is None:
        return None
    return rows_mask(selection.rows(view.points, colors), dataset.n_samples)


def rings_of(dataset: Dataset, tag: Tag | None) -> tuple[Ring | None, Ring | None]:
    """Return the rings around the images of a tag, and those around what its selection added, by what they are."""
    if tag is None:
        return None, None
    if tag.role is not TagRole.SELECTION:
        name = RING_NAMES.get(tag.role) or f"in “{tag.name}”"
        return Ring(name, tag.rows), None
    added = added_rows(dataset, tag)
    before = tag.rows[~rows_mask(added, dataset.n_samples)[tag.rows]]
    # What labelers had, or a person chose as the labeled set, may have no labels.
    is_labeled = np.isin(before, labeled_rows(dataset)).all()
    return Ring("Labeled" if is_labeled else "Chosen before", before), Ring(
        "Sent" if tag.is_sent else "Selected", added
    )
