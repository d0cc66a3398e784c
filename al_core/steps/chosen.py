"""Which rows are taken already: those that have labels, and those that labelers have."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from al_core.steps.row_sets import NO_ROWS, union, without
from al_core.store.kinds import Kind
from al_core.store.provenance import TagRole
from al_core.store.records import Tag
from al_core.store.tag_summary import TagSummary
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset, StoredArray


def labeled_rows(dataset: "Dataset") -> Rows:
    """Return the rows of all tags that a person marked as labeled, ascending."""
    return union([tag.rows for tag in labeled_tags(dataset)])


def labeled_tags(dataset: "Dataset") -> list[Tag]:
    """Return the tags that a person marked as labeled, newest first; the masks of others are not read."""
    return dataset.tags_by_id([tag.id for tag in dataset.tag_summaries() if tag.counts_as_labeled])


def sent_rows(dataset: "Dataset") -> Rows:
    """Return the rows that labelers have: those of sent selections that came back without a label so far."""
    ids = [tag.id for tag in selection_summaries(dataset) if tag.is_sent]
    if not ids:
        return NO_ROWS
    orders = selection_orders(dataset)
    sent = [added_rows(dataset, tag, orders) for tag in dataset.tags_by_id(ids)]
    return without(union(sent), labeled_rows(dataset))


def selections(dataset: "Dataset") -> list[Tag]:
    """Return the tags that selections made, whatever they were marked as later, oldest first."""
    ids = [tag.id for tag in selection_summaries(dataset)]
    return list(reversed(dataset.tags_by_id(ids)))


def selection_summaries(dataset: "Dataset") -> list[TagSummary]:
    """Return the tags that selections made, oldest first, without their samples."""
    return [tag for tag in reversed(dataset.tag_summaries()) if tag.original_role is TagRole.SELECTION]


def last_selection(dataset: "Dataset") -> Tag | None:
    """Return the newest tag that a selection made, None if there is none; no other mask is read."""
    last = next(iter(selection_summaries(dataset)[-1:]), None)
    return dataset.find_tag_by_id(last.id) if last else None


def selection_orders(dataset: "Dataset") -> "dict[str, StoredArray]":
    """Return what selections added, by the ids of their tags: one question to the store instead of one for each."""
    return {order.name: order for order in dataset.arrays.all(Kind.SELECTION)}


def added_rows(dataset: "Dataset", tag: Tag, orders: "Mapping[str, StoredArray] | None" = None) -> Rows:
    """Return the rows that a selection added, in the order in which they were sent.

    Args:
        dataset: Where it was made.
        tag: Of the selection.
        orders: What `selection_orders` returned, if several tags are looked up.
    """
    order = dataset.arrays.find(Kind.SELECTION, tag.id) if orders is None else orders.get(tag.id)
    if order is not None:
        rows: Rows = np.asarray(dataset.arrays.read(order), np.int64)
        return rows
    # Made by a client that selects by itself: it sends a tag, and the order of picking stays with it.
    labeled = dataset.find_tag_by_id(tag.labeled_tag_id)
    return without(tag.rows, labeled.rows if labeled else NO_ROWS)
