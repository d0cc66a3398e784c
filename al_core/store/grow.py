"""A dataset gets the samples that were added to it one by one, and with them every mask and array.

The arrays are copied with their new rows before the transaction, since that may take long; arrays that others have
stored meanwhile are copied inside it, while nobody else can write.
"""

import math
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, update

from al_core.store import files
from al_core.store.identity import new_id
from al_core.store.kinds import PADDED, Kind
from al_core.store.local_arrays import LocalArrays, parts_json, stored_array
from al_core.store.records import INITIAL_TAG, StoredArray, rows_to_mask
from al_core.store.tables import arrays as arrays_table
from al_core.store.tables import tags as tags_table
from al_core.store.tombstones import FILE, Tombstones
from al_core.store.transactions import DatasetLock


@contextmanager
def grown(arrays: LocalArrays, n_samples: int) -> Iterator["GrownArrays"]:
    """Copy the arrays of a dataset, for a transaction inside that stores them."""
    grown_arrays = GrownArrays(arrays, n_samples)
    with arrays.discarding(grown_arrays.written):
        grown_arrays.prepare()
        yield grown_arrays
    # Not after a failure: then all copies have been removed.
    grown_arrays.discard_unused()


class GrownArrays:
    """The arrays of a dataset with a row for each of `n_samples`.

    Scores and predictions have gaps for the new samples. An embedding becomes a partial one, under the same id.
    """

    def __init__(self, arrays: LocalArrays, n_samples: int) -> None:
        self._arrays = arrays
        self._n_samples = n_samples
        self.written: list[StoredArray] = []
        self._grown: dict[str, StoredArray] = {}

    def prepare(self) -> None:
        """Copy the arrays that there are."""
        for stored in self._arrays.every():
            if stored.kind in PADDED:
                self._grown[stored.id] = self._grow(stored)

    def store(self, locked: DatasetLock, tombstones: Tombstones) -> None:
        """Put the grown arrays in the place of the others, whose files go to a tombstone."""
        query = select(arrays_table).where(arrays_table.c.dataset_id == locked.dataset.id)
        for row in locked.connection.execute(query.order_by(arrays_table.c.position)).all():
            stored = stored_array(row)
            if stored.kind in PADDED:
                # An id belongs to one content: an array that was replaced since has another one, and is copied now.
                copy = self._grown.pop(stored.id, None) or self._grow(stored, locked)
                self._arrays.settle(locked, copy)
                self._update(locked, stored, id=copy.id, digest=copy.digest, shape=copy.shape, parts=parts_json(copy))
            elif stored.kind == Kind.EMBEDDING:
                # A partial one of this name is older: it was completed before the dataset grew again.
                older = self._arrays.remove(locked, Kind.PARTIAL_EMBEDDING, stored.name)
                tombstones.bury_arrays(locked, older, kind=FILE)
                is_spare = self._arrays.link(stored, Kind.PARTIAL_EMBEDDING)
                self._update(locked, stored, kind=Kind.PARTIAL_EMBEDDING)
                if not is_spare:
                    continue
            else:
                continue
            tombstones.bury_arrays(locked, [row], kind=FILE)

    def discard_unused(self) -> None:
        """Remove the copies of arrays that others have replaced meanwhile."""
        self._arrays.discard(list(self._grown.values()))

    def _grow(self, stored: StoredArray, locked: DatasetLock | None = None) -> StoredArray:
        array = padded(self._arrays.read(stored), self._n_samples, is_category=stored.kind == Kind.CATEGORY)
        copy = replace(stored, id=new_id(), digest=files.array_digest(array), shape=array.shape)
        copy = self._arrays.write(copy, array, locked)
        self.written.append(copy)
        return copy

    def _update(self, locked: DatasetLock, stored: StoredArray, **values: Any) -> None:
        statement = update(arrays_table).where(arrays_table.c.id == stored.id).values(values)
        locked.connection.execute(statement)


def padded(array: NDArray[Any], n_samples: int, *, is_category: bool = False) -> NDArray[Any]:
    """Return an array with a row for each new sample: NaN, -1, or random bytes, so that it equals no other's digest."""
    shape = (n_samples - len(array), *array.shape[1:])
    if array.dtype == np.uint8:
        missing = np.frombuffer(secrets.token_bytes(math.prod(shape)), np.uint8).reshape(shape)
    elif is_category:
        missing = np.full(shape, -1, array.dtype)
    else:
        missing = np.full(shape, np.nan, np.promote_types(array.dtype, np.float32))
    return np.concatenate([array, missing])


def grow_tags(locked: DatasetLock, n_samples: int) -> None:
    """Give every mask a bit for each sample; only `initial-tag` holds the new ones."""
    table = tags_table
    of_dataset = table.c.dataset_id == locked.dataset.id
    n_bytes = (n_samples + 7) // 8
    for tag in _masks(locked):
        if tag.name == INITIAL_TAG:
            values = {"mask": rows_to_mask(np.arange(n_samples), n_samples), "size": n_samples}
        else:
            # Row k is bit k from the lowest, so that new rows are zeros at the end.
            values = {"mask": tag.mask.ljust(n_bytes, b"\0")}
        statement = update(table).where(table.c.id == tag.id).values(values)
        locked.connection.execute(statement)
    locked.connection.execute(update(table).where(of_dataset).values(n_samples=n_samples))


def _masks(locked: DatasetLock) -> Sequence[Any]:
    query = select(tags_table.c.id, tags_table.c.name, tags_table.c.mask)
    return locked.connection.execute(query.where(tags_table.c.dataset_id == locked.dataset.id)).all()
