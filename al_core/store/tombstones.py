"""What has been deleted or replaced, until it is too late to bring it back.

A tombstone is a row with a time. Until then files stay where they are, so that readers finish and people can undo;
after it, the files go first and the row last, so that a process that is killed in between is continued by the next.

- A dataset keeps all its rows: there may be millions. Only its name is taken away, which is free at once.
- The rows of a tag, a model, labels and an array move into the tombstone.
"""

import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from al_core.exceptions import AlreadyExistsError, NotAllowedError, NotFoundError
from al_core.store import model_rows, names, tables
from al_core.store.engines import reading, writing
from al_core.store.identity import new_id, now
from al_core.store.records import ONE_ROW_A_SAMPLE, Kind
from al_core.store.tables import tombstones as table
from al_core.store.transactions import DatasetLock, lock

DATASET = "dataset"
TAG = "tag"
MODEL = "model"
LABELS = "labels"
FILE = "file"
"""The kind of what nobody can bring back: a file that only waits for its readers."""

AT_ONCE = 1000
"""How many tombstones are read at a time."""

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
        datasets_folder: Holds a folder for each dataset.
        retention: How long something can be brought back, in milliseconds.
    """

    def __init__(self, engine: Engine, datasets_folder: Path, retention: int) -> None:
        self._engine = engine
        self._datasets_folder = datasets_folder
        self._retention = retention
        self._next_check = time.monotonic()

    def all(self, dataset_id: str | None = None) -> list[Tombstone]:
        """Return what can be brought back, of one dataset or of all, newest first."""
        query = select(table).where(table.c.kind != FILE, table.c.expires_at > now())
        if dataset_id is not None:
            query = query.where(table.c.dataset_id == dataset_id)
        with reading(self._engine) as connection:
            return [_tombstone(row) for row in connection.execute(query.order_by(table.c.position.desc()))]

    def bury_dataset(self, locked: DatasetLock) -> None:
        """Take a dataset out of sight."""
        dataset = locked.dataset
        # No dataset may be named so, and the name is free for another.
        locked.update(name=f"{dataset.id} (deleted)", deleted_at=now())
        self._bury(locked, DATASET, dataset.name, {})

    def bury_tag(self, locked: DatasetLock, tag: Row[Any], arrays: Iterable[Row[Any]]) -> None:
        """Keep the row of a tag, and of the array of its order, that have just been deleted."""
        values = _values(tag, tables.tags) | {"mask": tag.mask.hex()}
        self._bury(locked, TAG, tag.name, {"tag": values, "arrays": [_values(row, tables.arrays) for row in arrays]})

    def bury_model(self, locked: DatasetLock, model: Row[Any], arrays: Iterable[Row[Any]]) -> None:
        """Keep the row of a model, and of its predictions and scores, that have just been deleted."""
        values = _values(model, tables.models)
        content = {"model": values, "arrays": [_values(row, tables.arrays) for row in arrays]}
        self._bury(locked, MODEL, model.name, content)

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
        with writing(self._engine) as connection:
            is_wanted = (table.c.id == tombstone_id) & (table.c.expires_at > now())
            tombstone = connection.execute(select(table).where(is_wanted).with_for_update()).one_or_none()
            if tombstone is None:
                raise NotFoundError(
                    "it is too late to bring this back: it has been removed for good, or is back already"
                )
            if tombstone.kind == DATASET:
                self._restore_dataset(lock(connection, tombstone.dataset_id, is_deleted=True), name or tombstone.name)
            elif tombstone.kind == TAG:
                self._restore_tag(lock(connection, tombstone.dataset_id), tombstone.content, name or tombstone.name)
            elif tombstone.kind == MODEL:
                self._restore_model(lock(connection, tombstone.dataset_id), tombstone.content, name or tombstone.name)
            elif tombstone.kind == LABELS:
                self._restore_labels(lock(connection, tombstone.dataset_id), tombstone.content)
            else:
                self._restore_array(lock(connection, tombstone.dataset_id), tombstone.content["arrays"][0])
            connection.execute(delete(table).where(table.c.position == tombstone.position))

    def remove_expired(self, *, is_due: bool = False) -> None:
        """Remove for good what nobody can bring back any more; at most once a minute unless `is_due`."""
        if not is_due and time.monotonic() < self._next_check:
            return
        self._next_check = time.monotonic() + min(CHECK_SECONDS, self._retention / 1000)
        for tombstone in self._expired():
            if self._remove_files(tombstone):
                self._remove_rows(tombstone)

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

    def _restore_dataset(self, locked: DatasetLock, name: str) -> None:
        names.check_dataset_name(name)
        try:
            locked.update(name=name, deleted_at=None)
        except IntegrityError as error:
            raise names.dataset_exists(name) from error

    def _restore_tag(self, locked: DatasetLock, content: Mapping[str, Any], name: str) -> None:
        names.check_tag_name(name)
        tags = tables.tags.c
        of_dataset = tags.dataset_id == locked.dataset.id
        if _has(locked.connection, of_dataset & (tags.name == name)):
            raise names.tag_exists(name)
        values = dict(content["tag"])
        if not _has(locked.connection, tags.id == values["parent_id"]):
            raise NotAllowedError(
                f"tag '{name}' was made from a tag that has been deleted too; bring that one back first"
            )
        n_samples = locked.dataset.n_samples
        # Rows stay what they are when a dataset grows, and a deleted tag has none of the new ones.
        mask = bytes.fromhex(values["mask"]).ljust((n_samples + 7) // 8, b"\0")
        values |= {"dataset_id": locked.dataset.id, "name": name, "mask": mask, "n_samples": n_samples}
        locked.connection.execute(insert(tables.tags).values(values))
        self._insert_arrays(locked, content["arrays"])

    def _restore_model(self, locked: DatasetLock, content: Mapping[str, Any], name: str) -> None:
        """Insert a model under its name, with a number behind it if another has it by now."""
        values = dict(content["model"])
        old_name = values["name"]
        was_current = values.pop("is_current")
        values["name"] = model_rows.free_name(locked, name)
        model_rows.add(locked, **values)
        for array in content["arrays"]:
            _check_length(locked, array)
            array_name = values["name"]
            if array["kind"] == Kind.SCORE:
                array_name = model_rows.full_name(model_rows.plain_name(array["name"], old_name), array_name)
            self._insert_arrays(locked, [{**array, "name": array_name}])
        model = model_rows.with_id(locked, values["id"])
        # Ready-made scores have no task; those that had their plain names get them again.
        had_plain_names = any(
            array["name"] == model_rows.plain_name(array["name"], old_name) for array in content["arrays"]
        )
        if model and (was_current if model.task else had_plain_names):
            self.bury_arrays(locked, model_rows.make_current(locked, model))

    def _restore_labels(self, locked: DatasetLock, content: Mapping[str, Any]) -> None:
        values = dict(content["labels"])
        sets = tables.label_sets.c
        query = select(sets.id).where(sets.dataset_id == locked.dataset.id, sets.name == values["name"])
        if locked.connection.execute(query).first():
            raise AlreadyExistsError(f"there are other labels '{values['name']}' by now; delete those first")
        if content["tag"]:
            self._restore_tag(locked, {"tag": content["tag"], "arrays": []}, content["tag"]["name"])
        locked.connection.execute(insert(tables.label_sets).values(dataset_id=locked.dataset.id, **values))
        self._insert_arrays(locked, content["arrays"])

    def _restore_array(self, locked: DatasetLock, array: Mapping[str, Any]) -> None:
        _check_length(locked, array)
        arrays = tables.arrays
        has_name = (arrays.c.kind == array["kind"]) & (arrays.c.name == array["name"])
        is_it = (arrays.c.dataset_id == locked.dataset.id) & has_name
        replaced = locked.connection.execute(delete(arrays).where(is_it).returning(*arrays.c)).all()
        if replaced and array["kind"] == Kind.EMBEDDING:
            raise AlreadyExistsError(f"there is another embedding '{array['name']}' by now; delete that one first")
        self.bury_arrays(locked, replaced)
        self._insert_arrays(locked, [array])

    def _insert_arrays(self, locked: DatasetLock, arrays: Iterable[Mapping[str, Any]]) -> None:
        for array in arrays:
            if not self._file(locked.dataset.id, array).exists():
                raise NotFoundError(f"the file of {array['kind']} '{array['name']}' is gone")
            model_id = array.get("model_id")
            if model_id and model_rows.with_id(locked, model_id) is None:
                # The score of a model that is gone is still a score.
                model_id = None
            values = {**array, "model_id": model_id}
            locked.connection.execute(insert(tables.arrays).values(dataset_id=locked.dataset.id, **values))

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
        if tombstone.kind == DATASET:
            folder = self._datasets_folder / tombstone.dataset_id
            shutil.rmtree(folder, ignore_errors=True)
            return not folder.exists()
        paths = [self._file(tombstone.dataset_id, array) for array in tombstone.content["arrays"]]
        for path in paths:
            # Windows keeps a file that somebody has open; it goes another time.
            with suppress(PermissionError):
                path.unlink(missing_ok=True)
        return not any(path.exists() for path in paths)

    def _remove_rows(self, tombstone: Row[Any]) -> None:
        with writing(self._engine) as connection:
            if tombstone.kind == DATASET:
                # Its tags, arrays, samples and tombstones go with it.
                datasets = tables.datasets
                connection.execute(delete(datasets).where(datasets.c.id == tombstone.dataset_id))
            else:
                connection.execute(delete(table).where(table.c.position == tombstone.position))

    def _file(self, dataset_id: str, array: Mapping[str, Any]) -> Path:
        folder = self._datasets_folder / dataset_id
        return folder / str(array["kind"]) / f"{array['id']}.npy"


def _check_length(locked: DatasetLock, array: Mapping[str, Any]) -> None:
    if array["kind"] in ONE_ROW_A_SAMPLE and array["shape"][0] != locked.dataset.n_samples:
        raise NotAllowedError(
            f"{array['kind']} '{array['name']}' has {array['shape'][0]} rows, but the dataset has "
            f"{locked.dataset.n_samples} samples by now"
        )


def _has(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return connection.execute(select(tables.tags.c.id).where(condition)).first() is not None


def _values(row: Row[Any], of_table: Table) -> dict[str, Any]:
    return {column.key: row._mapping[column] for column in of_table.c if column.key not in ("position", "dataset_id")}


def _tombstone(row: Row[Any]) -> Tombstone:
    return Tombstone(**{name: getattr(row, name) for name in Tombstone.__dataclass_fields__})
