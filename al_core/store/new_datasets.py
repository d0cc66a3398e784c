"""Datasets that are being made: checked first, and then in the catalog with all of their arrays or not at all."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from al_core.store import engines, names
from al_core.store.counting_in import freeze_samples
from al_core.store.engines import reading, writing
from al_core.store.identity import new_id, now
from al_core.store.local_arrays import LocalArrays
from al_core.store.local_filenames import LocalFilenames
from al_core.store.local_images import check_images_place
from al_core.store.new_filenames import NewFilenames
from al_core.store.records import NewArrays
from al_core.store.storage import Storage
from al_core.store.tables import datasets
from al_core.store.tombstones import Tombstones
from al_core.store.transactions import lock


class NewDatasets:
    """Makes datasets of a `Workspace`."""

    def __init__(self, engine: Engine, storage: Storage, tombstones: Tombstones) -> None:
        self._engine = engine
        self._storage = storage
        self._tombstones = tombstones

    def check_name(self, name: str) -> None:
        """Raise unless a new dataset may have this name, and anything may be stored at all."""
        engines.check_writable(self._engine)
        self._storage.check_writable()
        names.check_dataset_name(name)
        query = select(datasets.c.id).where(datasets.c.name == name)
        with reading(self._engine) as connection:
            is_used = connection.execute(query).first() is not None
        if is_used:
            raise names.dataset_exists(name)

    def make(
        self,
        name: str,
        filenames: Sequence[str] | None,
        images_dir: Path | str | None,
        arrays: Sequence[NewArrays],
        attributes: Mapping[str, Any],
    ) -> str:
        """Store a dataset, empty without filenames, and return its id; the rest is as in `Workspace.create_dataset`."""
        self.check_name(name)
        if filenames is not None:
            names.check_filenames(filenames)
        images_place = check_images_place(images_dir) if images_dir is not None else None
        values = _first_values(name, images_place, attributes)
        dataset_id: str = values["id"]
        new_arrays = LocalArrays(self._engine, self._storage, dataset_id, self._tombstones)
        try:
            with (
                new_arrays.written(arrays) as records,
                self._written(filenames, dataset_id) as new_filenames,
                writing(self._engine) as connection,
            ):
                connection.execute(insert(datasets).values(values))
                locked = lock(connection, dataset_id)
                if new_filenames is not None:
                    freeze_samples(locked, new_filenames)
                    # Read again, because it has samples by now.
                    locked = lock(connection, dataset_id)
                new_arrays.insert(locked, records)
        except IntegrityError as error:
            raise names.dataset_exists(name) from error
        return dataset_id

    def _written(self, filenames: Sequence[str] | None, dataset_id: str) -> AbstractContextManager[NewFilenames | None]:
        if filenames is None:
            return nullcontext()
        local_filenames = LocalFilenames(self._engine, self._storage, self._tombstones, dataset_id, None)
        return local_filenames.written(filenames)


def _first_values(name: str, images_place: str | None, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "name": name,
        "n_samples": 0,
        "n_pending": 0,
        "images_dir": images_place,
        "attributes": dict(attributes),
        "created_at": now(),
        "revision": 0,
    }
