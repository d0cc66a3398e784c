from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, delete, insert, select

from al_core.exceptions import NotAllowedError, NotFoundError
from al_core.store.asking import answer
from al_core.store.engines import reading
from al_core.store.identity import new_id
from al_core.store.kinds import LABEL_KINDS, Kind
from al_core.store.label_sets import LabelSet, LabelSets, NewLabelSet, check_names, check_round, have_same_attributes
from al_core.store.local_arrays import LocalArrays, stored_array
from al_core.store.provenance import Provenance, TagRole
from al_core.store.records import INITIAL_TAG, Deleted, NewArrays, StoredArray, Tag, TagOrigin
from al_core.store.restoration import LABELS
from al_core.store.tables import arrays as arrays_table
from al_core.store.tables import label_sets as table
from al_core.store.tables import tags as tags_table
from al_core.store.tags import insert_tag, new_tag
from al_core.store.tombstones import Tombstones
from al_core.store.transactions import DatasetLock, changing

OPERATION = "labels"
"""What made the tag of a set of labels."""


class LocalLabelSets(LabelSets):
    """The labels of a dataset of a `Workspace`: a row, a tag, and the arrays that bear the id of the row as name."""

    def __init__(self, engine: Engine, dataset_id: str, arrays: LocalArrays, tombstones: Tombstones) -> None:
        self._engine = engine
        self._dataset_id = dataset_id
        self._arrays = arrays
        self._tombstones = tombstones

    def all(self) -> list[LabelSet]:
        """Return all sets of labels, newest first."""
        return answer((self._engine, "label sets", self._dataset_id), self._ask_for_all)

    def _ask_for_all(self) -> list[LabelSet]:
        rows = select(table).where(table.c.dataset_id == self._dataset_id).order_by(table.c.position.desc())
        are_labels = (arrays_table.c.dataset_id == self._dataset_id) & arrays_table.c.kind.in_(LABEL_KINDS)
        stored = select(arrays_table).where(are_labels).order_by(arrays_table.c.position)
        with reading(self._engine) as connection:
            sets = connection.execute(rows).all()
            arrays = [stored_array(row) for row in connection.execute(stored)]
        return [self._label_set(row, [array for array in arrays if array.name == row.id]) for row in sets]

    def store(self, new: NewLabelSet) -> LabelSet:
        """Store labels with the tag of their samples; the same labels again change nothing, unless of another round."""
        check_names(new)
        set_id = new_id()
        groups = [NewArrays(kind, {set_id: entries}) for kind, entries in new.tables.items()]
        with self._arrays.written(groups) as written, changing(self._engine, self._dataset_id) as locked:
            present = self._find_same(locked, new, written)
            if present is None:
                self._insert(locked, set_id, new, written)
            else:
                check_round(present.name, present.round, new.round)
        if present is not None:
            self._arrays.discard(written)
        self._tombstones.remove_expired()
        return self.get(present.id) if present else replace(self.get(set_id), is_new=True)

    def delete(self, labels: LabelSet) -> None:
        """Remove labels and their tag."""
        with changing(self._engine, self._dataset_id) as locked:
            is_it = self._of_dataset() & (table.c.id == labels.id)
            row = locked.connection.execute(select(table).where(is_it)).one_or_none()
            if row is None:
                raise NotFoundError(f"the labels '{labels.name}' have been deleted already")
            children = select(tags_table.c.name).where(tags_table.c.parent_id == row.tag_id)
            child_names = list(locked.connection.execute(children.order_by(tags_table.c.position)).scalars())
            if child_names:
                raise NotAllowedError(
                    f"the tag of the labels '{row.name}' has children: delete {', '.join(child_names)} first"
                )
            arrays = self._arrays_of(locked, row.id)
            locked.connection.execute(delete(arrays_table).where(arrays_table.c.id.in_([array.id for array in arrays])))
            locked.connection.execute(delete(table).where(is_it))
            is_tag = tags_table.c.id == row.tag_id
            tag = locked.connection.execute(delete(tags_table).where(is_tag).returning(*tags_table.c)).one_or_none()
            self._tombstones.bury_labels(locked, row, tag, arrays)
        self._tombstones.remove_expired()

    def deleted(self) -> list[Deleted]:
        """Return the labels that can be restored, those deleted last first."""
        return self._tombstones.deleted(self._dataset_id, LABELS)

    def restore(self, deleted_id: str) -> LabelSet:
        """Return deleted labels to the store as they were, with their tag."""
        if deleted_id not in {deleted.id for deleted in self.deleted()}:
            raise NotFoundError("these labels cannot be restored: they have been removed for good, or are back already")
        before = {labels.id for labels in self.all()}
        self._tombstones.restore(deleted_id)
        return next(labels for labels in self.all() if labels.id not in before)

    def check_is_free(self, tag: Tag) -> None:
        """Raise `NotAllowedError` if a tag is that of some labels."""
        query = select(table.c.name).where(self._of_dataset(), table.c.tag_id == tag.id)
        with reading(self._engine) as connection:
            name = connection.execute(query).scalar_one_or_none()
        if name is not None:
            raise NotAllowedError(
                f"tag '{tag.name}' says which samples the labels '{name}' are of; delete those labels"
            )

    def _insert(self, locked: DatasetLock, set_id: str, new: NewLabelSet, written: Sequence[StoredArray]) -> None:
        name = self._free_name(locked, new.name)
        tag = self._new_tag(locked, name, new)
        insert_tag(locked, tag)
        values = {
            "id": set_id,
            "dataset_id": self._dataset_id,
            "name": name,
            "task": new.task,
            "n_samples": len(new.rows),
            "n_annotations": len(new.tables[Kind.LABEL]),
            "tag_id": tag.id,
            "round": new.round,
            "attributes": dict(new.attributes),
            "created_at": locked.moment,
        }
        locked.connection.execute(insert(table).values(values))
        self._arrays.insert(locked, written)

    def _new_tag(self, locked: DatasetLock, name: str, new: NewLabelSet) -> Tag:
        of_dataset = tags_table.c.dataset_id == self._dataset_id
        query = select(tags_table.c.id).where(of_dataset, tags_table.c.name == INITIAL_TAG)
        parent_id = locked.connection.execute(query).scalar_one_or_none()
        if parent_id is None:
            raise NotFoundError(f"dataset '{locked.dataset.name}' has no '{INITIAL_TAG}' yet: add embeddings first")
        provenance = Provenance(OPERATION, role=TagRole.LABELED)
        origin = TagOrigin(provenance=provenance)
        return replace(new_tag(self._dataset_id, name, new.rows, locked.dataset.n_samples, origin), parent_id=parent_id)

    def _free_name(self, locked: DatasetLock, name: str) -> str:
        number = 1
        candidate = name
        while self._is_used(locked, candidate):
            number += 1
            candidate = f"{name} {number}"
        return candidate

    def _is_used(self, locked: DatasetLock, name: str) -> bool:
        # Labels and their tag have one name, so that it has to be free for both.
        is_of_dataset = tags_table.c.dataset_id == self._dataset_id
        of_tags = select(tags_table.c.id).where(is_of_dataset, tags_table.c.name == name)
        of_sets = select(table.c.id).where(self._of_dataset(), table.c.name == name)
        return any(locked.connection.execute(query).first() for query in (of_tags, of_sets))

    def _find_same(self, locked: DatasetLock, new: NewLabelSet, written: Sequence[StoredArray]) -> Row[Any] | None:
        """Return the row of the newest set if it has the same content, or None."""
        query = select(table).where(self._of_dataset()).order_by(table.c.position.desc())
        row = locked.connection.execute(query).first()
        if row is None or not have_same_attributes(row.attributes, new.attributes):
            return None
        present = {(array.kind, array.digest) for array in self._arrays_of(locked, row.id)}
        sent = {(array.kind, array.digest) for array in written}
        return row if present == sent else None

    def _arrays_of(self, locked: DatasetLock, set_id: str) -> Sequence[Row[Any]]:
        is_of_set = (arrays_table.c.name == set_id) & arrays_table.c.kind.in_(LABEL_KINDS)
        query = select(arrays_table).where(arrays_table.c.dataset_id == self._dataset_id, is_of_set)
        return locked.connection.execute(query.order_by(arrays_table.c.position)).all()

    def _of_dataset(self) -> ColumnElement[bool]:
        is_of_dataset: ColumnElement[bool] = table.c.dataset_id == self._dataset_id
        return is_of_dataset

    def _label_set(self, row: Row[Any], stored: list[StoredArray]) -> LabelSet:
        return LabelSet(
            id=row.id,
            name=row.name,
            task=row.task,
            n_samples=row.n_samples,
            n_annotations=row.n_annotations,
            tag_id=row.tag_id,
            round=row.round,
            arrays={array.kind: array for array in stored},
            n_bytes=sum(self._arrays.n_bytes(array) for array in stored),
            attributes=row.attributes,
            created_at=row.created_at,
        )
