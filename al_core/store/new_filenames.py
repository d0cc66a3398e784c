from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from al_core.exceptions import WorkspaceError
from al_core.store.drafts import Drafts
from al_core.store.identity import new_id
from al_core.store.storage import ArrayPlace, Storage
from al_core.store.tables import workspace
from al_core.store.tombstones import Tombstones
from al_core.store.transactions import DatasetLock


@dataclass(frozen=True)
class NewFilenames:
    """All filenames of a dataset, for a transaction that stores them."""

    dataset_id: str
    content_id: str
    names: Sequence[str]
    _storage: Storage
    _drafts: Drafts
    _tombstones: Tombstones

    def store(self, locked: DatasetLock) -> None:
        """Make them the filenames of the dataset.

        Raises:
            WorkspaceError: If another process has chosen another storage since this one has opened the workspace.
        """
        # Locked, so that nobody chooses now.
        query = select(workspace.c.arrays).with_for_update(read=True)
        if locked.connection.execute(query).scalar_one() != self._storage.address:
            raise WorkspaceError(
                "the arrays of this workspace are somewhere else since this process has opened it; start it again, "
                "with the same AL_CORE_ARRAYS as the others",
                public="the storage of this workspace has changed; its administrator has to start this server again",
            )
        if not self._storage.needs_drafts:
            # Inside the transaction, so that of two writers only the one that has the row writes the file. Names are
            # only ever added at the end, so readers of the old catalog still find theirs in the new file.
            self._storage.write_filenames(self.dataset_id, self.content_id, self.names)
            return
        self._drafts.settle(locked, self.content_id)
        if locked.dataset.filenames_id:
            self._tombstones.bury_content(locked, locked.dataset.filenames_id)
        locked.update(filenames_id=self.content_id)


@contextmanager
def written_filenames(
    storage: Storage, drafts: Drafts, tombstones: Tombstones, dataset_id: str, filenames: Sequence[str]
) -> Iterator[NewFilenames]:
    """Write filenames, for a transaction inside that stores them; a folder gets them there.

    Objects are written before, because their announcement has to be committed first.
    """
    new = NewFilenames(dataset_id, new_id(), filenames, storage, drafts, tombstones)
    if not storage.needs_drafts:
        yield new
        return
    drafts.announce(dataset_id, new.content_id)
    try:
        storage.write_filenames(dataset_id, new.content_id, filenames)
        yield new
    except WorkspaceError:
        # Nobody knows whether there was a commit; if there was none, the announcement runs out.
        raise
    except Exception:
        storage.remove(ArrayPlace(dataset_id, "", new.content_id))
        drafts.forget([new.content_id])
        raise
