"""What a dataset holds, by name: enough to say what has changed, without its masks and arrays."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from al_core.store import tables
from al_core.store.kinds import Kind
from al_core.store.provenance import TagRole
from al_core.store.records import ROUND_PLAN
from al_core.store.tag_rows import HAS_CONFIG, RELEASED_AT, ROLE, SENT_AT


class ItemKind(StrEnum):
    """What an item of a dataset is."""

    DATASET = "dataset"
    IMAGES = "images"
    IMAGES_PLACE = "images place"
    ROUND_PLAN = "round plan"
    TAG = "tag"
    SELECTION = "selection"
    PREDICTIONS = "predictions"
    SCORES = "scores"
    LABELS = "labels"
    EMBEDDING = "embedding"
    METADATA = "metadata"


class TagState(StrEnum):
    """Where the images of a tag are."""

    LABELED = "labeled"
    SENT = "sent"
    NEITHER = ""


# The kinds of arrays that people store; all others belong to something, or are worked out again.
ARRAY_KINDS = {
    Kind.EMBEDDING: ItemKind.EMBEDDING,
    Kind.PARTIAL_EMBEDDING: ItemKind.EMBEDDING,
    Kind.METADATA: ItemKind.METADATA,
    Kind.CATEGORY: ItemKind.METADATA,
    Kind.SCORE: ItemKind.SCORES,
}
OF_MODELS = tables.arrays.c.model_id.is_not(None)


@dataclass(frozen=True)
class Item:
    """A part of a dataset that has a name.

    Attributes:
        kind: What it is.
        id: Its own among all items of the dataset, whatever becomes of its name.
        name: What people call it; empty where there is one only.
        content: Equal as long as nobody stores something else in its place.
        state: A `TagState`, or "current" for a model.
    """

    kind: ItemKind
    id: str
    name: str
    content: str = ""
    state: str = ""


@dataclass(frozen=True)
class Contents:
    """What a dataset holds.

    Attributes:
        revision: Of the dataset when it held this.
        items: By id.
    """

    revision: int
    items: Mapping[str, Item]

    @property
    def dataset_name(self) -> str:
        """What the dataset is called."""
        return next(item.name for item in self.items.values() if item.kind is ItemKind.DATASET)

    def after(self, before: "Contents", after: "Contents") -> "Contents":
        """Return what is left of it once all has happened that lies between two others."""
        items = dict(self.items)
        for item_id in before.items.keys() | after.items.keys():
            changed = after.items.get(item_id)
            if changed == before.items.get(item_id):
                continue
            if changed is None:
                items.pop(item_id, None)
            else:
                items[item_id] = changed
        # Otherwise others have changed something between, which is not among the items.
        revision = after.revision if self.revision == before.revision else self.revision
        return Contents(revision, items)


def read_contents(connection: Connection, dataset_id: str) -> Contents | None:
    """Return what a dataset holds, or None if it has been deleted."""
    column = tables.datasets.c
    query = select(tables.datasets).where(column.id == dataset_id, column.deleted_at.is_(None))
    dataset = connection.execute(query).one_or_none()
    if dataset is None:
        return None
    items = [
        *_dataset_items(dataset),
        *_tag_items(connection, dataset_id),
        *_model_items(connection, dataset_id),
        *_label_items(connection, dataset_id),
        *_array_items(connection, dataset_id),
    ]
    return Contents(dataset.revision, {item.id: item for item in items})


def _dataset_items(dataset: Row[Any]) -> Iterator[Item]:
    yield Item(ItemKind.DATASET, dataset.id, dataset.name)
    yield Item(ItemKind.IMAGES, ItemKind.IMAGES, "", str(dataset.n_samples))
    yield Item(ItemKind.IMAGES_PLACE, ItemKind.IMAGES_PLACE, "", dataset.images_dir or "")
    yield Item(ItemKind.ROUND_PLAN, ItemKind.ROUND_PLAN, "", _digest(dataset.facts.get(ROUND_PLAN, {})))


def _tag_items(connection: Connection, dataset_id: str) -> Iterator[Item]:
    # Neither the masks, which have a bit for each sample, nor the settings of selections.
    column = tables.tags.c
    columns = (column.id, column.name, ROLE, SENT_AT, RELEASED_AT, HAS_CONFIG)
    for tag in connection.execute(select(*columns).where(column.dataset_id == dataset_id)):
        kind = ItemKind.SELECTION if tag.has_config else ItemKind.TAG
        yield Item(kind, tag.id, tag.name, state=_tag_state(tag))


def _tag_state(tag: "Row[*tuple[Any, ...]]") -> TagState:
    if tag.role == TagRole.LABELED:
        return TagState.LABELED
    is_out = tag.sent_at is not None and tag.released_at is None
    return TagState.SENT if is_out else TagState.NEITHER


def _model_items(connection: Connection, dataset_id: str) -> Iterator[Item]:
    digests: defaultdict[str, list[str]] = defaultdict(list)
    array = tables.arrays.c
    query = select(array.model_id, array.digest).where(array.dataset_id == dataset_id, OF_MODELS)
    for model_id, digest in connection.execute(query):
        digests[model_id].append(digest)
    models = select(tables.models).where(tables.models.c.dataset_id == dataset_id)
    for model in connection.execute(models):
        kind = ItemKind.PREDICTIONS if model.task else ItemKind.SCORES
        content = _digest([model.attributes, sorted(digests[model.id])])
        yield Item(kind, model.id, model.name, content, "current" if model.is_current else "")


def _label_items(connection: Connection, dataset_id: str) -> Iterator[Item]:
    column = tables.label_sets.c
    query = select(column.id, column.name, column.round).where(column.dataset_id == dataset_id)
    for labels in connection.execute(query):
        yield Item(ItemKind.LABELS, labels.id, labels.name, labels.round)


def _array_items(connection: Connection, dataset_id: str) -> Iterator[Item]:
    column = tables.arrays.c
    query = select(column.kind, column.name, column.digest).where(
        column.dataset_id == dataset_id, column.kind.in_(ARRAY_KINDS), ~OF_MODELS
    )
    for array in connection.execute(query):
        kind = ARRAY_KINDS[array.kind]
        # What is stored in its place has another id in the catalog.
        yield Item(kind, f"{kind} {array.name}", array.name, array.digest)


def _digest(content: Any) -> str:
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()
