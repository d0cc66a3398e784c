import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core import disk
from al_core.exceptions import WorkspaceError
from al_core.objects.objects import ObjectInfo
from al_core.store import files
from al_core.store.binding import CANNOT_BE_OPENED, ID_FILE, id_json, id_of_json
from al_core.store.parts import Part
from al_core.store.storage import ArrayPlace, Storage
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa


class FolderStorage(Storage):
    """Arrays as files of a folder of this machine, one for each: `DATASET/KIND/ARRAY.npy`.

    Args:
        folder: Holds a folder for each dataset.
        address: The folder as the catalog records it; None for the one in the home.
    """

    folder: Path

    def __init__(self, folder: Path, address: str | None = None) -> None:
        self.folder = folder
        self.address = address

    def owner(self) -> str | None:
        """Return the id that the file `workspace.json` holds, or None if it is not there."""
        try:
            return id_of_json((self.folder / ID_FILE).read_bytes(), str(self.folder / ID_FILE))
        except FileNotFoundError:
            return None

    def claim(self, workspace_id: str) -> str | None:
        """Make the folder, and write the id into it."""
        content = id_json(workspace_id)
        try:
            # Another process may do the same now.
            with suppress(FileExistsError):
                disk.write_atomically(self.folder / ID_FILE, lambda file: file.write(content), is_new=True)
        except OSError as error:
            raise WorkspaceError(
                f"{self.folder} cannot hold the arrays of this workspace ({error.strerror or error}); set "
                "AL_CORE_ARRAYS to another folder",
                public=CANNOT_BE_OPENED,
            ) from error
        return self.owner()

    def check_writable(self) -> None:
        """Raise `WorkspaceError` unless files can be made in the folder."""
        if not os.access(self.folder, os.W_OK):
            raise WorkspaceError(
                f"{self.folder} cannot be written by this user; make it writable",
                public="the folder of this workspace's arrays cannot be written; ask its administrator",
            )

    def write(self, place: ArrayPlace, array: NDArray[Any], digest: str) -> tuple[Part, ...]:
        """Store an array as one file."""
        files.write_array(self.file(place, digest), array, is_new=True)
        return ()

    def read(self, place: ArrayPlace, digest: str) -> NDArray[Any]:
        """Return an array, mapped from its file."""
        return files.read_array(self.file(place, digest))

    def read_rows(self, place: ArrayPlace, digest: str, shape: Sequence[int], rows: Rows) -> NDArray[Any]:
        """Return some rows of an array; the system reads the pages they lie on."""
        return np.asarray(self.read(place, digest)[rows])

    def file(self, place: ArrayPlace, digest: str = "") -> Path:
        """Return the file of an array."""
        return self.folder / place.dataset_id / place.kind / f"{place.array_id}.npy"

    def n_bytes(self, place: ArrayPlace) -> int:
        """Return the length of the file."""
        try:
            return self.file(place).stat().st_size
        except FileNotFoundError:
            return 0

    def exists(self, place: ArrayPlace) -> bool:
        """Return whether there is a file."""
        return self.file(place).exists()

    def content_digest(self, place: ArrayPlace) -> str:
        """Return the digest of what the file holds."""
        return files.array_digest(files.read_array(self.file(place)))

    def shape(self, place: ArrayPlace) -> tuple[int, ...]:
        """Return the shape that the file's header says and its length allows."""
        return files.read_array(self.file(place)).shape

    def remove(self, place: ArrayPlace) -> bool:
        """Remove the file."""
        path = self.file(place)
        # Windows keeps a file that somebody has open; it goes another time.
        with suppress(PermissionError):
            path.unlink(missing_ok=True)
        return not path.exists()

    def link(self, place: ArrayPlace, other: ArrayPlace) -> bool:
        """Give the file a second name."""
        path = self.file(other)
        disk.make_folder(path.parent)
        # A process that was killed here may have left the link.
        path.unlink(missing_ok=True)
        os.link(self.file(place), path)
        disk.sync_folder(path.parent)
        return True

    def remove_dataset(self, dataset_id: str) -> bool:
        """Remove the folder of a dataset."""
        folder = self.folder / dataset_id
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()

    def remove_if_empty(self, dataset_id: str) -> None:
        """Remove the folders that writing has made for a dataset that is gone by now."""
        folder = self.folder / dataset_id
        (folder / files.FILENAMES).unlink(missing_ok=True)
        for one in (*folder.glob("*"), folder):
            # A folder that holds something stays: it cannot be removed.
            with suppress(OSError):
                one.rmdir()

    def write_filenames(self, dataset_id: str, content_id: str, filenames: Sequence[str]) -> None:
        """Store filenames as one Arrow file, in place of the one before."""
        files.write_filenames(self.filenames_file(dataset_id), filenames)

    def read_filenames(self, dataset_id: str, content_id: str | None) -> "pa.Array":
        """Return the filenames of a dataset, mapped from their file."""
        return files.read_filenames(self.filenames_file(dataset_id))

    def filenames_file(self, dataset_id: str, content_id: str | None = None) -> Path:
        """Return the Arrow file of the filenames."""
        return self.folder / dataset_id / files.FILENAMES

    def objects(self) -> list[tuple[tuple[str, str], ObjectInfo]]:
        """Return nothing: files are no objects."""
        return []
