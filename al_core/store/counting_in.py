"""Samples are counted in: they get rows for life.

In the same transaction the filenames, the masks and the arrays of their dataset grow.
"""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Engine

from al_core.exceptions import AlreadyExistsError, MissingInputError, NotAllowedError
from al_core.store.grow import grow_tags, grown
from al_core.store.local_arrays import LocalArrays
from al_core.store.local_filenames import LocalFilenames
from al_core.store.new_filenames import NewFilenames
from al_core.store.records import INITIAL_TAG, NewArrays, Tag, TagOrigin
from al_core.store.tags import Tags, insert_tag, new_tag
from al_core.store.tombstones import Tombstones
from al_core.store.transactions import DatasetLock, changing, lock


class CountingIn:
    """Counts samples into a dataset of a `Workspace`; each way of it is one transaction."""

    def __init__(
        self,
        engine: Engine,
        dataset_id: str,
        *,
        filenames: LocalFilenames,
        tags: Tags,
        arrays: LocalArrays,
        tombstones: Tombstones,
    ) -> None:
        self._engine = engine
        self._dataset_id = dataset_id
        self._filenames = filenames
        self._tags = tags
        self._arrays = arrays
        self._tombstones = tombstones

    def first(self, filenames: Sequence[str], arrays: Sequence[NewArrays]) -> NewFilenames:
        """Give an empty dataset its samples, with arrays for them, and return their filenames as they are stored.

        Raises:
            NotAllowedError: If it has samples, or pending ones.
        """
        with (
            self._arrays.written(arrays) as records,
            self._filenames.written(filenames) as new,
            changing(self._engine, self._dataset_id) as locked,
        ):
            name = locked.dataset.name
            n_samples = locked.dataset.n_samples + locked.dataset.n_pending
            if n_samples:
                raise NotAllowedError(f"dataset '{name}' has {n_samples} samples already; they are fixed for life")
            freeze_samples(locked, new)
            # Read again, because it has samples by now.
            self._arrays.insert(lock(locked.connection, self._dataset_id), records)
        return new

    def pending(self, filenames: Sequence[str]) -> tuple[Tag, NewFilenames]:
        """Give an empty dataset the samples that were added one by one, and return their `initial-tag`.

        Raises:
            AlreadyExistsError: If the dataset has its `initial-tag` already.
            MissingInputError: If there are none.
        """
        with self._filenames.written(filenames) as new, changing(self._engine, self._dataset_id) as locked:
            name = locked.dataset.name
            if locked.dataset.n_samples:
                raise AlreadyExistsError(f"dataset '{name}' has its '{INITIAL_TAG}' already")
            if not filenames:
                raise MissingInputError(f"dataset '{name}' has no samples yet; add them first")
            # Samples that somebody has added since stay pending.
            locked.update(n_pending=locked.dataset.n_pending - len(filenames))
            tag = freeze_samples(locked, new)
        return tag, new

    def later(
        self, before: Sequence[str], added: Sequence[str], tag_name: str, initial_tag: Tag
    ) -> tuple[Tag, NewFilenames]:
        """Give a dataset the samples that were added since, and return a new tag that holds just those.

        Args:
            before: The filenames that it has.
            added: Those of the new samples.
            tag_name: The name of the new tag, which is free.
            initial_tag: Its parent.

        Raises:
            NotAllowedError: If someone else has just done the same.
        """
        n_samples = len(before) + len(added)
        rows = np.arange(len(before), n_samples)
        tag = new_tag(self._dataset_id, tag_name, rows, n_samples, TagOrigin(parent=initial_tag))
        # Content before the lock, for which everybody else waits. If the process ends before the commit, nothing names
        # the copies, and the dataset is as it was.
        with (
            grown(self._arrays, n_samples) as grown_arrays,
            self._filenames.written([*before, *added]) as new,
            changing(self._engine, self._dataset_id) as locked,
        ):
            name = locked.dataset.name
            if locked.dataset.n_samples != len(before):
                raise NotAllowedError(f"dataset '{name}' has just been changed by someone else; try again")
            self._tags.check_is_free(locked, tag_name)
            locked.update(n_samples=n_samples, n_pending=locked.dataset.n_pending - len(added))
            grow_tags(locked, n_samples)
            tag = insert_tag(locked, tag)
            grown_arrays.store(locked, self._tombstones)
            new.store(locked)
        self._tombstones.remove_expired()
        return tag, new


def freeze_samples(locked: DatasetLock, new: NewFilenames) -> Tag:
    """Store the samples of an empty dataset in a transaction, and return their `initial-tag`."""
    n_samples = len(new.names)
    tag = new_tag(locked.dataset.id, INITIAL_TAG, np.arange(n_samples), n_samples, TagOrigin())
    locked.update(n_samples=n_samples)
    tag = insert_tag(locked, tag)
    new.store(locked)
    return tag
