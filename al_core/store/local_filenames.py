from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from al_core.exceptions import WorkspaceError
from al_core.store.drafts import Drafts
from al_core.store.new_filenames import NewFilenames, written_filenames
from al_core.store.storage import Storage
from al_core.store.tombstones import Tombstones

if TYPE_CHECKING:
    import pyarrow as pa


class LocalFilenames:
    """The filenames of a dataset, where the arrays are.

    Attributes:
        content_id: Which objects of an object storage hold them; a folder has a single file of them, whatever it is.
    """

    def __init__(
        self, engine: Engine, storage: Storage, tombstones: Tombstones, dataset_id: str, content_id: str | None
    ) -> None:
        self._engine = engine
        self._storage = storage
        self._tombstones = tombstones
        self._dataset_id = dataset_id
        self.content_id = content_id

    @property
    def path(self) -> Path:
        """A file of this machine with them as Arrow; it may hold more of them than there are samples."""
        return self._storage.filenames_file(self._dataset_id, self.content_id)

    def column(self, n_samples: int, dataset_name: str) -> "pa.Array":
        """Return those of the first samples as an Arrow array mapped from disk.

        Raises:
            WorkspaceError: If they are missing, damaged or too few.
        """
        try:
            filenames = self._storage.read_filenames(self._dataset_id, self.content_id)
        except (OSError, ValueError) as error:
            whose = f"the filenames of dataset '{dataset_name}'"
            remedy = "restore the file from a backup"
            raise WorkspaceError(
                f"{whose} ({self._dataset_id}/filenames.arrow) are missing or damaged ({error}); {remedy}",
                # Arrow's reason names the whole path.
                public=f"{whose} are missing or damaged; {remedy}",
            ) from error
        if len(filenames) < n_samples:
            raise WorkspaceError(
                f"{self._dataset_id}/filenames.arrow holds {len(filenames)} filenames, but dataset '{dataset_name}' "
                f"has {n_samples} samples; restore the file from a backup"
            )
        return filenames[:n_samples]

    def written(self, filenames: Sequence[str]) -> AbstractContextManager[NewFilenames]:
        """Write all filenames of the dataset, for a transaction inside that stores them."""
        drafts = Drafts(self._engine, self._storage)
        return written_filenames(self._storage, drafts, self._tombstones, self._dataset_id, filenames)
