from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Engine, Row, delete, insert, select

from al_core.store import files
from al_core.store.arrays import Arrays
from al_core.store.identity import new_id, now
from al_core.store.records import StoredArray
from al_core.store.tables import arrays as table


class LocalArrays(Arrays):
    """The arrays of a dataset of a `Workspace`.

    The file is on disk before the catalog names it, and an older one goes only after that.
    """

    def __init__(self, engine: Engine, folder: Path, dataset_id: str) -> None:
        self._engine = engine
        self._folder = folder
        self._dataset_id = dataset_id

    def all(self, kind: str) -> list[StoredArray]:
        """Return the records of all arrays of a kind, oldest first."""
        query = select(table).where(self._are(kind)).order_by(table.c.position)
        with self._engine.connect() as connection:
            return [_stored_array(record) for record in connection.execute(query)]

    def find(self, kind: str, name: str) -> StoredArray | None:
        """Return the record of one array, or None if there is none of that name."""
        query = select(table).where(self._are(kind, name))
        with self._engine.connect() as connection:
            record = connection.execute(query).one_or_none()
        return _stored_array(record) if record else None

    def read(self, stored: StoredArray) -> NDArray[Any]:
        """Return the array itself, mapped from disk and read-only."""
        return files.read_array(self._path(stored.kind, stored.id))

    def path(self, stored: StoredArray) -> Path:
        """Return the file of an array."""
        return self._path(stored.kind, stored.id)

    def every(self) -> list[StoredArray]:
        """Return the records of the arrays of all kinds, oldest first."""
        query = select(table).where(table.c.dataset_id == self._dataset_id).order_by(table.c.position)
        with self._engine.connect() as connection:
            return [_stored_array(record) for record in connection.execute(query)]

    def save(
        self,
        kind: str,
        named: Mapping[str, NDArray[Any]],
        attributes: Mapping[str, Any] | None = None,
        *,
        ids: Mapping[str, str | None] | None = None,
    ) -> list[StoredArray]:
        """Store arrays of a kind, in place of older ones of the same names: all become visible at once."""
        promised = ids or {}
        records = [
            StoredArray(
                id=promised.get(name) or new_id(),
                kind=kind,
                name=name,
                digest=files.array_digest(array),
                shape=array.shape,
                attributes=dict(attributes or {}),
                created_at=now(),
            )
            for name, array in named.items()
        ]
        for record, array in zip(records, named.values(), strict=True):
            files.write_array(self._path(kind, record.id), array)
        with self._engine.begin() as connection:
            statement = delete(table).where(self._are(kind, *named)).returning(table.c.id)
            replaced = connection.execute(statement).scalars().all()
            for record in records:
                connection.execute(insert(table).values(dataset_id=self._dataset_id, **vars(record)))
        self._remove_files(kind, replaced)
        return records

    def delete(self, kind: str, name: str) -> None:
        """Remove an array if it is there."""
        with self._engine.begin() as connection:
            statement = delete(table).where(self._are(kind, name)).returning(table.c.id)
            removed = connection.execute(statement).scalars().all()
        self._remove_files(kind, removed)

    def _are(self, kind: str, *names: str) -> ColumnElement[bool]:
        condition = (table.c.dataset_id == self._dataset_id) & (table.c.kind == kind)
        return condition & table.c.name.in_(names) if names else condition

    def _path(self, kind: str, array_id: str) -> Path:
        return self._folder / kind / f"{array_id}.npy"

    def _remove_files(self, kind: str, array_ids: Iterable[str]) -> None:
        for array_id in array_ids:
            self._path(kind, array_id).unlink(missing_ok=True)


def _stored_array(record: Row[Any]) -> StoredArray:
    return StoredArray(
        id=record.id,
        kind=record.kind,
        name=record.name,
        digest=record.digest,
        shape=tuple(record.shape),
        attributes=record.facts,
        created_at=record.created_at,
    )
