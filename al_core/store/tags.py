from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Engine, Row, bindparam, delete, func, insert, select, update

from al_core.exceptions import NotAllowedError, NotFoundError
from al_core.store import names
from al_core.store.asking import answer
from al_core.store.engines import reading
from al_core.store.identity import new_id, now
from al_core.store.kinds import KINDS_OF_TAGS, Kind
from al_core.store.local_arrays import LocalArrays
from al_core.store.provenance import Provenance
from al_core.store.records import INITIAL_TAG, NewArrays, NewTag, Tag, TagOrigin, rows_to_mask
from al_core.store.tables import tags as table
from al_core.store.tag_rows import SUMMARIES_OF, summary_of_row
from al_core.store.tag_summary import TagSummary
from al_core.store.tombstones import Tombstones
from al_core.store.transactions import DatasetLock, changing
from al_core.types import Rows

# Made once: clients ask for tags all the time, and putting the statement together takes longer than the query.
TAGS_OF = select(table).where(table.c.dataset_id == bindparam("id")).order_by(table.c.position.desc())

# SQLite takes 32,766 parameters and PostgreSQL 65,535.
IDS_AT_ONCE = 1000


class Tags:
    """The tags of a dataset of a `Workspace`.

    A mask has a bit for each sample, so no method reads the masks of tags that it does not return.
    """

    def __init__(self, engine: Engine, dataset_id: str, arrays: LocalArrays, tombstones: Tombstones) -> None:
        self._engine = engine
        self._dataset_id = dataset_id
        self._arrays = arrays
        self._tombstones = tombstones

    def all(self) -> list[Tag]:
        """Return all tags, newest first."""
        return answer((self._engine, "tags", self._dataset_id), self._ask_for_all)

    def _ask_for_all(self) -> list[Tag]:
        with reading(self._engine) as connection:
            return [_tag(row) for row in connection.execute(TAGS_OF, {"id": self._dataset_id})]

    def summaries(self) -> list[TagSummary]:
        """Return what the catalog says of all tags but their masks and settings, newest first."""
        return answer((self._engine, "summaries of tags", self._dataset_id), self._ask_for_summaries)

    def _ask_for_summaries(self) -> list[TagSummary]:
        with reading(self._engine) as connection:
            rows = connection.execute(SUMMARIES_OF, {"id": self._dataset_id})
            return [summary_of_row(row) for row in rows]

    def by_ids(self, ids: Collection[str]) -> list[Tag]:
        """Return those of these tags that are still there, newest first."""
        question = (self._engine, "tags of ids", self._dataset_id, *sorted(ids))
        return answer(question, lambda: self._ask_for_ids(list(ids)))

    def _ask_for_ids(self, ids: list[str]) -> list[Tag]:
        rows: list[Row[Any]] = []
        with reading(self._engine) as connection:
            for start in range(0, len(ids), IDS_AT_ONCE):
                is_one = table.c.id.in_(ids[start : start + IDS_AT_ONCE])
                query = select(table).where(table.c.dataset_id == self._dataset_id, is_one)
                rows += connection.execute(query)
        rows.sort(key=lambda row: -row.position)
        return [_tag(row) for row in rows]

    def names_with(self, row: int) -> list[str]:
        """Return the names of the tags that a row is in, newest first; of each mask one byte is read."""
        # Positions of SQL count from 1. Bit k of a mask, the lowest of a byte first, is row k.
        byte = func.substr(table.c.mask, row // 8 + 1, 1)
        query = select(table.c.name, byte).where(table.c.dataset_id == self._dataset_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(table.c.position.desc()))
            return [name for name, bits in rows if bits and bits[0] >> row % 8 & 1]

    def find(self, name: str) -> Tag | None:
        """Return the tag of that name, or None."""
        return self._one(table.c.name == name)

    def find_by_id(self, tag_id: str) -> Tag | None:
        """Return the tag with that id, or None."""
        return self._one(table.c.id == tag_id)

    def has(self, name: str) -> bool:
        """Return whether there is a tag of that name."""
        with reading(self._engine) as connection:
            return self._id_of(connection, name) is not None

    def create(self, name: str, rows: Rows, n_samples: int, origin: TagOrigin) -> Tag:
        """Store a tag of `rows` of `n_samples`, with the order in which they were picked, and return it.

        Raises:
            NotAllowedError: If the dataset has another number of samples by now.
            AlreadyExistsError: If there is a tag of that name.
            NotFoundError: If the parent has been deleted.
        """
        names.check_tag_name(name)
        tag = new_tag(self._dataset_id, name, rows, n_samples, origin)
        # By the id of the tag, not its name, which people change.
        groups: list[NewArrays] = []
        if origin.order is not None:
            groups.append(NewArrays(Kind.SELECTION, {tag.id: origin.order}))
        if origin.resolved is not None:
            groups.append(NewArrays(Kind.RESOLVED, {tag.id: origin.resolved}))
        if origin.reserve:
            groups.append(origin.reserve)
        with self._arrays.written(groups) as arrays, changing(self._engine, self._dataset_id) as locked:
            if locked.dataset.n_samples != n_samples:
                raise NotAllowedError(
                    f"tag '{name}' was made for {n_samples} samples, but dataset '{locked.dataset.name}' has "
                    f"{locked.dataset.n_samples} by now; try again"
                )
            self.check_is_free(locked, name)
            self._arrays.check_is_first(locked, origin.reserve)
            tag = replace(tag, parent_id=self._parent_id(locked, origin))
            # Before the tag itself, which is the newest then.
            for beside in origin.beside:
                self._insert_beside(locked, beside, tag)
            tag = insert_tag(locked, tag)
            self._arrays.insert(locked, arrays)
        return tag

    def _insert_beside(self, locked: DatasetLock, beside: NewTag, tag: Tag) -> None:
        name = beside.name
        number = 1
        while name == tag.name or self._id_of(locked.connection, name) is not None:
            number += 1
            name = f"{beside.name}-{number}"
        new = new_tag(self._dataset_id, name, beside.rows, tag.n_samples, TagOrigin(provenance=beside.provenance))
        insert_tag(locked, replace(new, parent_id=self._id_of(locked.connection, INITIAL_TAG)))

    def check_is_free(self, locked: DatasetLock, name: str) -> None:
        """Raise `AlreadyExistsError` if there is a tag of that name by now."""
        if self._id_of(locked.connection, name) is not None:
            raise names.tag_exists(name)

    def rename(self, tag: Tag, name: str) -> Tag:
        """Give a tag another name and return it."""
        names.check_tag_name(name)
        with changing(self._engine, self._dataset_id) as locked:
            id_of_name = self._id_of(locked.connection, name)
            if id_of_name not in (None, tag.id):
                raise names.tag_exists(name)
            self._update(locked, tag, name=name)
        return replace(tag, name=name)

    def change_provenance(self, tag: Tag, changes: Mapping[str, Any]) -> None:
        """Store values beside those that say how a tag was made, as they are stored by now."""
        with changing(self._engine, self._dataset_id) as locked:
            # Not `tag.provenance`: a later version may have written what this one does not read.
            stored = self._row(locked, tag).facts
            self._update(locked, tag, provenance={**stored, **changes})

    def delete(self, tags: Sequence[Tag], *, reserve: str | None = None) -> None:
        """Remove tags that have no children but among each other, the children first, all of them or none.

        Args:
            tags: Which.
            reserve: The number of the stratum of the test reserve that goes with them, or None.

        Raises:
            NotAllowedError: If another tag was made from one of them.
            NotFoundError: If one has been deleted.
        """
        with changing(self._engine, self._dataset_id) as locked:
            for tag in tags:
                self._remove(locked, tag)
            if reserve is not None:
                self._tombstones.bury_arrays(locked, self._arrays.remove(locked, Kind.RESERVE, reserve))
        self._tombstones.remove_expired()

    def _remove(self, locked: DatasetLock, tag: Tag) -> None:
        row = self._row(locked, tag)
        query = select(table.c.name).where(table.c.parent_id == tag.id).order_by(table.c.position)
        children = list(locked.connection.execute(query).scalars())
        if children:
            raise NotAllowedError(f"tag '{row.name}' has children: delete {', '.join(children)} first")
        buried = [array for kind in KINDS_OF_TAGS for array in self._arrays.remove(locked, kind, tag.id)]
        locked.connection.execute(delete(table).where(self._is(tag)))
        self._tombstones.bury_tag(locked, row, buried)

    def _one(self, condition: ColumnElement[bool]) -> Tag | None:
        query = select(table).where(table.c.dataset_id == self._dataset_id, condition)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return _tag(row) if row else None

    def _is(self, tag: Tag) -> ColumnElement[bool]:
        return (table.c.dataset_id == self._dataset_id) & (table.c.id == tag.id)

    def _id_of(self, connection: Connection, name: str) -> str | None:
        query = select(table.c.id).where(table.c.dataset_id == self._dataset_id, table.c.name == name)
        return connection.execute(query).scalar_one_or_none()

    def _parent_id(self, locked: DatasetLock, origin: TagOrigin) -> str:
        if origin.parent:
            return str(self._row(locked, origin.parent).id)
        parent_id = self._id_of(locked.connection, INITIAL_TAG)
        if parent_id is None:
            raise NotFoundError(f"dataset '{locked.dataset.name}' has no '{INITIAL_TAG}' yet: add embeddings first")
        return parent_id

    def _row(self, locked: DatasetLock, tag: Tag) -> Row[Any]:
        row = locked.connection.execute(select(table).where(self._is(tag))).one_or_none()
        if row is None:
            raise NotFoundError(f"tag '{tag.name}' of dataset '{locked.dataset.name}' has been deleted")
        return row

    def _update(self, locked: DatasetLock, tag: Tag, **values: Any) -> None:
        self._row(locked, tag)
        locked.connection.execute(update(table).where(self._is(tag)).values(values))


def new_tag(dataset_id: str, name: str, rows: Rows, n_samples: int, origin: TagOrigin) -> Tag:
    """Return a tag that is not stored yet."""
    unique = np.unique(rows)
    return Tag(
        id=new_id(),
        dataset_id=dataset_id,
        name=name,
        mask=rows_to_mask(unique, n_samples),
        size=len(unique),
        n_samples=n_samples,
        parent_id=origin.parent.id if origin.parent else None,
        query_tag_id=origin.query.id if origin.query else None,
        labeled_tag_id=origin.labeled.id if origin.labeled else None,
        provenance=origin.provenance,
        created_at=now(),
    )


def insert_tag(locked: DatasetLock, new: Tag) -> Tag:
    """Store a new tag and return it with its moment."""
    tag = replace(new, created_at=locked.moment)
    values = {field.name: getattr(tag, field.name) for field in fields(tag)}
    locked.connection.execute(insert(table).values(values | {"provenance": tag.provenance.to_json()}))
    return tag


def _tag(row: Row[Any]) -> Tag:
    return Tag(
        id=row.id,
        dataset_id=row.dataset_id,
        name=row.name,
        mask=row.mask,
        size=row.size,
        n_samples=row.tot_size,
        parent_id=row.parent_id,
        query_tag_id=row.query_tag_id,
        labeled_tag_id=row.preselected_tag_id,
        provenance=Provenance.from_json(row.facts),
        created_at=row.created_at,
    )
