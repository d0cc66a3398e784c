"""What has been deleted or replaced, until it is too late to bring it back.

A tombstone is a row with a time. Until then files stay where they are, so that readers finish and people can undo;
after it, the files go first and the row last, so that a process that is killed in between is continued by the next.

- A dataset keeps all its rows: there may be millions. Only its name is taken away, which is free at once.
- The rows of a tag, a model, labels and an array move into the tombstone.
"""

import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, Table, delete, insert, select, update

from al_core.exceptions import NotFoundError
from al_core.store import tables
from al_core.store.drafts import Drafts
from al_core.store.engines import reading, writing
from al_core.store.identity import new_id, now
from al_core.store.records import Deleted
from al_core.store.restoration import DATASET, LABELS, MODEL, SCORES_OF_MODEL, TAG, Restoration
from al_core.store.storage import ArrayPlace, Storage
from al_core.store.storages import number_in_environment
from al_core.store.tables import tombstones as table
from al_core.store.transactions import DatasetLock, lock
from al_core.store.watch import watch_of

FILE = "file"
"""The kind of what nobody can bring back: a file that only waits for its readers."""

AT_ONCE = 1000
"""How many tombstones are read at a time."""

RETENTION_HOURS = 24.0
"""How long what was deleted or replaced can be brought back, unless `AL_CORE_RETENTION_HOURS` says otherwise."""

CHECK_SECONDS = 60.0
"""A process looks for tombstones whose time is over this often, when it writes."""


@dataclass(frozen=True)
class Tombstone:
    """Something that was deleted or replaced, and can be brought back.

    Attributes:
        dataset_id: The dataset, or the one it belonged to.
        kind: "dataset", "tag", "model", "labels", or the kind of an array, such as "score".
        name: The name it had.
        deleted_at: Milliseconds since 1970.
        expires_at: From then on it cannot be brought back.
    """

    id: str
    dataset_id: str
    kind: str
    name: str
    deleted_at: int
    expires_at: int


class Tombstones:
    """The tombstones of a workspace.

    Args:
        engine: The catalog.
        datasets_folder: Holds a folder for each dataset, with what clients sent.
        storage: Where the arrays are.
        retention: How long something can be brought back, in milliseconds.
    """

    def __init__(self, engine: Engine, datasets_folder: Path, storage: Storage, retention: int) -> None:
        self._engine = engine
        self._datasets_folder = datasets_folder
        self._storage = storage
        self._retention = retention
        self._next_check = time.monotonic()

    def all(self, dataset_id: str | None = None) -> list[Tombstone]:
        """Return what can be brought back, of one dataset or of all, newest first."""
        query = select(table).where(table.c.kind != FILE, table.c.expires_at > now())
        if dataset_id is not None:
            query = query.where(table.c.dataset_id == dataset_id)
        with reading(self._engine) as connection:
            return [_tombstone(row) for row in connection.execute(query.order_by(table.c.position.desc()))]

    def deleted(self, dataset_id: str, kind: str) -> list[Deleted]:
        """Return what of one kind can be brought back to a dataset, newest first."""
        return [
            Deleted(tombstone.id, tombstone.name, tombstone.deleted_at, tombstone.expires_at)
            for tombstone in self.all(dataset_id)
            if tombstone.kind == kind
        ]

    def bury_dataset(self, locked: DatasetLock) -> None:
        """Take a dataset out of sight."""
        dataset = locked.dataset
        # No dataset may be named so, and the name is free for another.
        locked.update(name=f"{dataset.id} (deleted)", deleted_at=now())
        self._bury(locked, DATASET, dataset.name, {})

    def bury_tag(self, locked: DatasetLock, tag: Row[Any], arrays: Iterable[Row[Any]]) -> None:
        """Keep the row of a tag, and of the array of its order, that have just been deleted."""
        # JSON has no bytes.
        values = _values(tag, tables.tags) | {"mask": tag.mask.hex()}
        content = {"tag": values, "arrays": [_values(row, tables.arrays) for row in arrays]}
        self._bury(locked, TAG, tag.name, content)

    def bury_model(self, locked: DatasetLock, model: Row[Any], arrays: Iterable[Row[Any]]) -> None:
        """Keep the row of a model, and of its predictions and scores, that have just been deleted."""
        values = _values(model, tables.models)
        content = {"model": values, "arrays": [_values(row, tables.arrays) for row in arrays]}
        self._bury(locked, MODEL, model.name, content)

    def bury_scores(self, locked: DatasetLock, model: Row[Any], scores: Iterable[Row[Any]]) -> None:
        """Keep the scores of a model, which stays, and what was known about it."""
        content = {"model": _values(model, tables.models), "arrays": [_values(row, tables.arrays) for row in scores]}
        self._bury(locked, SCORES_OF_MODEL, model.name, content)

    def scores_of(self, dataset_id: str, model_id: str, attributes: Mapping[str, Any]) -> str | None:
        """Return the newest tombstone of the scores that a model had with these attributes, or None."""
        is_of_dataset = (table.c.dataset_id == dataset_id) & (table.c.kind == SCORES_OF_MODEL)
        query = select(table.c.id, table.c.content).where(is_of_dataset, table.c.expires_at > now())
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(table.c.position.desc())).all()
        for row in rows:
            model = row.content["model"]
            if (model["id"], model["attributes"]) == (model_id, dict(attributes)):
                return str(row.id)
        return None

    def bury_labels(
        self, locked: DatasetLock, label_set: Row[Any], tag: Row[Any] | None, arrays: Iterable[Row[Any]]
    ) -> None:
        """Keep the row of labels, of their tag and of their arrays, that have just been deleted."""
        content = {
            "labels": _values(label_set, tables.label_sets),
            "tag": _values(tag, tables.tags) | {"mask": tag.mask.hex()} if tag else None,
            "arrays": [_values(row, tables.arrays) for row in arrays],
        }
        self._bury(locked, LABELS, label_set.name, content)

    def bury_arrays(self, locked: DatasetLock, arrays: Iterable[Row[Any]], *, kind: str | None = None) -> None:
        """Keep the rows of arrays that have just been deleted or replaced."""
        for array in arrays:
            self._bury(locked, kind or array.kind, array.name, {"arrays": [_values(array, tables.arrays)]})

    def bury_content(self, locked: DatasetLock, content_id: str) -> None:
        """Keep filenames that have just been replaced, for those who read them now."""
        self._bury(locked, FILE, "filenames", {"arrays": [{"kind": "filenames", "id": content_id}]})

    def restore(self, tombstone_id: str, *, name: str | None = None) -> None:
        """Bring something back: a dataset, a tag or an array, as it was, in place of an array that has its name now.

        Args:
            tombstone_id: Of one of `all`.
            name: For a dataset or a tag whose name is in use by now.

        Raises:
            NotFoundError: If it is too late.
            AlreadyExistsError: If another dataset, tag or embedding has the name.
            NotAllowedError: If an array has not a row for each of today's samples, or a tag's parent is gone.
        """
        with watch_of(self._engine).own_change() as change, writing(self._engine) as connection:
            is_wanted = (table.c.id == tombstone_id) & (table.c.expires_at > now())
            tombstone = connection.execute(select(table).where(is_wanted).with_for_update()).one_or_none()
            if tombstone is None:
                raise NotFoundError(
                    "it is too late to bring this back: it has been removed for good, or is back already"
                )
            locked = lock(connection, tombstone.dataset_id, is_deleted=tombstone.kind == DATASET)
            change.begin(connection, locked.dataset)
            replaced = Restoration(locked, self._storage).restore(tombstone, name or tombstone.name)
            self.bury_arrays(locked, replaced)
            connection.execute(delete(table).where(table.c.position == tombstone.position))
            change.end(connection)

    def remove_expired(self, *, is_due: bool = False) -> None:
        """Remove for good what nobody can bring back any more; at most once a minute unless `is_due`."""
        if not is_due and time.monotonic() < self._next_check:
            return
        # What is kept for less than a minute goes as soon.
        self._next_check = time.monotonic() + min(CHECK_SECONDS, self._retention / 1000)
        for tombstone in self._expired():
            if self._remove_files(tombstone):
                self._remove_rows(tombstone)
        Drafts(self._engine, self._storage).remove_expired()

    def _bury(self, locked: DatasetLock, kind: str, name: str, content: Mapping[str, Any]) -> None:
        values = {
            "id": new_id(),
            "dataset_id": locked.dataset.id,
            "kind": kind,
            "name": name,
            "content": content,
            "deleted_at": now(),
            "expires_at": now() + self._retention,
        }
        locked.connection.execute(insert(table).values(values))

    def _expired(self) -> list[Row[Any]]:
        is_over = table.c.expires_at <= now()
        with reading(self._engine) as connection:
            if connection.execute(select(table.c.position).where(is_over).limit(1)).first() is None:
                return []
        with writing(self._engine) as connection:
            # Committed before any file goes: `restore` locks the row too, so it is either through, and the row is
            # gone, or finds that it is too late, whatever the clock says.
            connection.execute(update(table).where(is_over).values(expires_at=0))
            query = select(table).where(table.c.expires_at == 0).order_by(table.c.position).limit(AT_ONCE)
            return list(connection.execute(query).all())

    def _remove_files(self, tombstone: Row[Any]) -> bool:
        """Return whether the files are gone."""
        dataset_id = tombstone.dataset_id
        if tombstone.kind == DATASET:
            folder = self._datasets_folder / dataset_id
            shutil.rmtree(folder, ignore_errors=True)
            return self._storage.remove_dataset(dataset_id) and not folder.exists()
        places = [ArrayPlace(dataset_id, array["kind"], array["id"]) for array in tombstone.content["arrays"]]
        # A list: a generator would end at the first one that stays, and leave the rest.
        return all([self._storage.remove(place) for place in places])

    def _remove_rows(self, tombstone: Row[Any]) -> None:
        with writing(self._engine) as connection:
            if tombstone.kind == DATASET:
                # Its tags, arrays, samples and tombstones go with it.
                datasets = tables.datasets
                connection.execute(delete(datasets).where(datasets.c.id == tombstone.dataset_id))
            else:
                connection.execute(delete(table).where(table.c.position == tombstone.position))


def retention_from_environment() -> int:
    """Return how long what was deleted or replaced can be brought back, in milliseconds.

    Raises:
        WorkspaceError: If the environment gives no number of hours.
    """
    return round(number_in_environment("AL_CORE_RETENTION_HOURS", RETENTION_HOURS, "hours") * 3600 * 1000)


def _values(row: Row[Any], of_table: Table) -> dict[str, Any]:
    # A row that comes back is the newest, so it gets another position; the dataset is in the tombstone.
    columns = [column for column in of_table.c if column.key not in ("position", "dataset_id")]
    return {column.key: row._mapping[column] for column in columns}


def _tombstone(row: Row[Any]) -> Tombstone:
    return Tombstone(**{name: getattr(row, name) for name in Tombstone.__dataclass_fields__})
