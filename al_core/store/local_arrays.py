from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Engine, Row, delete, insert, select

from al_core.exceptions import AlreadyExistsError, NotAllowedError, WorkspaceError
from al_core.store import files
from al_core.store.arrays import Arrays
from al_core.store.asking import answer, forget_answers
from al_core.store.drafts import Drafts
from al_core.store.engines import check_writable, reading
from al_core.store.identity import new_id, now
from al_core.store.kinds import ONE_ROW_A_SAMPLE, Kind
from al_core.store.parts import Part
from al_core.store.records import NewArrays, StoredArray
from al_core.store.storage import ArrayAddress, ArrayPlace, Storage
from al_core.store.tables import arrays as table
from al_core.store.tables import datasets
from al_core.store.tombstones import Tombstones
from al_core.store.transactions import DatasetLock, changing
from al_core.types import Rows


class LocalArrays(Arrays):
    """The arrays of a dataset of a `Workspace`.

    Content is in the storage before the catalog names it. A tombstone keeps that of an array that is replaced or
    deleted, so that whoever has its record can read it.
    """

    def __init__(self, engine: Engine, storage: Storage, dataset_id: str, tombstones: Tombstones) -> None:
        self._engine = engine
        self._storage = storage
        self._dataset_id = dataset_id
        self._tombstones = tombstones
        self._drafts = Drafts(engine, storage)

    def all(self, kind: str) -> list[StoredArray]:
        """Return the records of all arrays of a kind, oldest first."""
        return answer((self._engine, "arrays", self._dataset_id, kind), lambda: self._records(self._are(kind)))

    def find(self, kind: str, name: str) -> StoredArray | None:
        """Return the record of one array, or None if there is none of that name."""
        question = (self._engine, "array", self._dataset_id, kind, name)
        return next(iter(answer(question, lambda: self._records(self._are(kind, name)))), None)

    def every(self) -> list[StoredArray]:
        """Return the records of the arrays of all kinds, oldest first."""
        return self._records(table.c.dataset_id == self._dataset_id)

    def read(self, stored: StoredArray) -> NDArray[Any]:
        """Return the array itself, mapped from disk and read-only.

        Of an array that was replaced so long ago that its file is gone, the present one is returned.

        Raises:
            NotFoundError: If it is gone and there is no other of its name.
            WorkspaceError: If its file is missing or damaged.
        """
        return self._read(stored, lambda one: self._storage.read(self._place(one), one.digest))

    def read_rows(self, stored: StoredArray, rows: Rows) -> NDArray[Any]:
        """Return some rows of an array, in the order asked for; see `read` for arrays that were replaced."""
        return self._read(
            stored, lambda one: self._storage.read_rows(self._place(one), one.digest, one.shape, np.asarray(rows))
        )

    def address(self, stored: StoredArray) -> ArrayAddress | None:
        """Return where any machine reads an array, None unless it is in an object storage."""
        if not stored.parts or self._storage.address is None:
            return None
        return ArrayAddress(self._storage.address, self._place(stored), stored.digest, stored.shape)

    def path(self, stored: StoredArray) -> Path:
        """Return a file of this machine that holds an array."""
        return self._storage.file(self._place(stored), stored.digest)

    def n_bytes(self, stored: StoredArray) -> int:
        """Return how much an array takes up, 0 if it is missing."""
        return self._storage.n_bytes(self._place(stored))

    def save(
        self,
        kind: str,
        named: Mapping[str, NDArray[Any]],
        attributes: Mapping[str, Any] | None = None,
        *,
        ids: Mapping[str, str | None] | None = None,
    ) -> list[StoredArray]:
        """Store arrays of a kind, in place of older ones of the same names: all become visible at once.

        Raises:
            AlreadyExistsError: If there is an embedding of a name; embeddings are never replaced.
            NotAllowedError: If an array has not a row for each sample that the dataset has by now.
            NotFoundError: If the dataset has been deleted.
        """
        return self.save_together([NewArrays(kind, named, attributes or {}, ids or {})])

    def save_together(self, groups: Sequence[NewArrays]) -> list[StoredArray]:
        """Store arrays of several kinds as `save` does: all become visible at once."""
        # Files before the lock, for which everybody else waits.
        with self.written(groups) as written, changing(self._engine, self._dataset_id) as locked:
            records = self.insert(locked, written)
        self._tombstones.remove_expired()
        return records

    def delete(self, kind: str, name: str) -> None:
        """Remove an array if it is there."""
        with changing(self._engine, self._dataset_id) as locked:
            self._tombstones.bury_arrays(locked, self.remove(locked, kind, name))
        self._tombstones.remove_expired()

    @contextmanager
    def written(self, groups: Sequence[NewArrays]) -> Iterator[list[StoredArray]]:
        """Write the files of new arrays, for a transaction inside that inserts them."""
        check_writable(self._engine)
        records: list[StoredArray] = []
        with self.discarding(records):
            for group in groups:
                for name, array in group.named.items():
                    records.append(self.write(_new_record(group, name, array), array))
            yield records

    @contextmanager
    def discarding(self, records: Sequence[StoredArray]) -> Iterator[None]:
        """Remove the files of records again if what is inside fails before its commit."""
        try:
            yield
        except WorkspaceError:
            # Nobody knows whether there was a commit: the connection may have been lost just after it.
            raise
        except Exception:
            self.discard(records)
            raise

    def insert(self, locked: DatasetLock, written: Sequence[StoredArray]) -> list[StoredArray]:
        """Name written arrays in the catalog, bury those that they replace, and return them with their moment."""
        records = [replace(record, created_at=locked.moment) for record in written]
        for record in records:
            self._check_length(locked, record)
            replaced = self.remove(locked, record.kind, record.name)
            if replaced and record.kind == Kind.EMBEDDING:
                raise AlreadyExistsError(
                    f"dataset '{locked.dataset.name}' already has an embedding '{record.name}'; choose another name"
                )
            self._tombstones.bury_arrays(locked, replaced)
            self.settle(locked, record)
            values = {**vars(record), "parts": parts_json(record)}
            locked.connection.execute(insert(table).values(dataset_id=self._dataset_id, **values))
        return records

    def settle(self, locked: DatasetLock, record: StoredArray) -> None:
        """Say that a transaction names what was written."""
        self._drafts.settle(locked, record.id)

    def link(self, stored: StoredArray, kind: str) -> bool:
        """Make an array one of another kind too; return whether the content of the first may go then."""
        return self._storage.link(self._place(stored), self._place(replace(stored, kind=kind)))

    def check_is_first(self, locked: DatasetLock, group: NewArrays | None) -> None:
        """Raise `NotAllowedError` if there is an array of one of the names by now."""
        if group is None:
            return
        for name in group.named:
            query = select(table.c.id).where(self._are(group.kind, name))
            if locked.connection.execute(query).first() is not None:
                raise NotAllowedError(
                    f"somebody else has just stored the {group.kind} '{name}' of dataset '{locked.dataset.name}'; try "
                    "again"
                )

    def remove(self, locked: DatasetLock, kind: str, name: str) -> Sequence[Row[Any]]:
        """Delete the row of an array, and return it if there was one; its file stays."""
        return locked.connection.execute(delete(table).where(self._are(kind, name)).returning(*table.c)).all()

    def discard(self, records: Sequence[StoredArray]) -> None:
        """Remove files that were written for rows that no transaction has inserted."""
        for record in records:
            self._storage.remove(self._place(record))
        self._drafts.forget([record.id for record in records])
        if self._is_gone():
            # Writing has made the dataset's folder again, or for the first time.
            self._storage.remove_if_empty(self._dataset_id)

    def _is_gone(self) -> bool:
        """Return whether the dataset has been removed for good: not even a tombstone keeps it."""
        query = select(datasets.c.id).where(datasets.c.id == self._dataset_id)
        with reading(self._engine) as connection:
            return connection.execute(query).first() is None

    def _records(self, condition: ColumnElement[bool]) -> list[StoredArray]:
        query = select(table).where(condition).order_by(table.c.position)
        with reading(self._engine) as connection:
            return [stored_array(row) for row in connection.execute(query)]

    def _are(self, kind: str, name: str | None = None) -> ColumnElement[bool]:
        condition = (table.c.dataset_id == self._dataset_id) & (table.c.kind == kind)
        return condition if name is None else condition & (table.c.name == name)

    def _place(self, stored: StoredArray) -> ArrayPlace:
        return ArrayPlace(self._dataset_id, stored.kind, stored.id, stored.parts)

    def _read(self, stored: StoredArray, read: Callable[[StoredArray], NDArray[Any]]) -> NDArray[Any]:
        try:
            return _undamaged(stored, read)
        except FileNotFoundError:
            # Another process has replaced it since the catalog was asked.
            forget_answers()
            current = self.get(stored.kind, stored.name)
        try:
            return _undamaged(current, read)
        except FileNotFoundError as error:
            raise _damaged(current, "is missing") from error

    def write(self, record: StoredArray, array: NDArray[Any], locked: DatasetLock | None = None) -> StoredArray:
        """Write content that no transaction has named yet, or that `locked` will, and return the record with parts."""
        self._drafts.announce(self._dataset_id, record.id, locked)
        try:
            return replace(record, parts=self._storage.write(self._place(record), array, record.digest))
        except FileExistsError as error:
            self._drafts.forget([record.id])
            # Only an id that was promised to a client can come twice.
            raise AlreadyExistsError(
                f"an array with the id '{record.id}' has been stored already; ask for a new address"
            ) from error

    def _check_length(self, locked: DatasetLock, record: StoredArray) -> None:
        n_samples = locked.dataset.n_samples
        if record.kind in ONE_ROW_A_SAMPLE and record.shape[:1] != (n_samples,):
            raise NotAllowedError(
                f"{record.kind} '{record.name}' has the shape {record.shape}, but dataset '{locked.dataset.name}' has "
                f"{n_samples} samples by now; try again"
            )


def stored_array(row: Row[Any]) -> StoredArray:
    """Return the record that a row holds."""
    return StoredArray(
        id=row.id,
        kind=row.kind,
        name=row.name,
        digest=row.digest,
        shape=tuple(row.shape),
        attributes=row.facts,
        created_at=row.created_at,
        model_id=row.model_id,
        parts=stored_parts(row),
    )


def stored_parts(row: Row[Any]) -> tuple[Part, ...]:
    """Return the parts of the array that a row holds."""
    return tuple(Part(n_rows, n_bytes) for n_rows, n_bytes in row.parts or ())


def parts_json(record: StoredArray) -> list[list[int]] | None:
    """Return the parts of an array as the catalog has them."""
    return [[part.n_rows, part.n_bytes] for part in record.parts] or None


def _undamaged(stored: StoredArray, read: Callable[[StoredArray], NDArray[Any]]) -> NDArray[Any]:
    try:
        return read(stored)
    except (ValueError, EOFError) as error:
        raise _damaged(stored, f"is damaged ({error})") from error


def _new_record(group: NewArrays, name: str, array: NDArray[Any]) -> StoredArray:
    return StoredArray(
        id=group.ids.get(name) or new_id(),
        kind=group.kind,
        name=name,
        digest=files.array_digest(array),
        shape=array.shape,
        attributes=dict(group.attributes),
        created_at=now(),
    )


def _damaged(stored: StoredArray, problem: str) -> WorkspaceError:
    return WorkspaceError(
        f"the file of {stored.kind} '{stored.name}' ({stored.kind}/{stored.id}.npy) {problem}; restore it from a "
        "backup, or store the array again"
    )
