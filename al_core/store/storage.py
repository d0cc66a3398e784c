from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from al_core.objects.objects import ObjectInfo
from al_core.store.parts import Part
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class ArrayPlace:
    """Where the content of an array belongs, in whatever storage.

    Attributes:
        parts: The objects it consists of, as the catalog has them; empty where it is one file.
    """

    dataset_id: str
    kind: str
    array_id: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class ArrayAddress:
    """Where any machine reads an array in an object storage.

    Attributes:
        storage: The address of the storage.
        place: Where in it.
        digest: Of the array.
        shape: Of the array.
    """

    storage: str
    place: ArrayPlace
    digest: str
    shape: tuple[int, ...]


class Storage(ABC):
    """The content of a workspace's arrays and filenames; the catalog says which of it counts.

    Nothing is ever changed in place: what is written under an id stays what it is until it is removed.

    Attributes:
        address: What the catalog records, or None for the home.
        folder: Holds a folder for each dataset, or None if there is none on this machine.
        needs_drafts: Whether content that no transaction has named yet must be announced, because nothing else tells a
            dead writer's from a slow one's.
    """

    address: str | None = None
    folder: Path | None = None
    needs_drafts: bool = False

    @abstractmethod
    def owner(self) -> str | None:
        """Return the id of the workspace that the place belongs to, or None if it belongs to none."""

    @abstractmethod
    def claim(self, workspace_id: str) -> str | None:
        """Make the place that of a workspace, unless another has just done so, and return whose it is."""

    @abstractmethod
    def check_writable(self) -> None:
        """Raise `WorkspaceError` unless something can be written: before long work whose result is stored."""

    @abstractmethod
    def write(self, place: ArrayPlace, array: NDArray[Any], digest: str) -> tuple[Part, ...]:
        """Store an array and return the parts it was cut into; when this returns, all of it is there.

        Raises:
            FileExistsError: If there is content at the place.
        """

    @abstractmethod
    def read(self, place: ArrayPlace, digest: str) -> NDArray[Any]:
        """Return an array, mapped from disk and read-only.

        Raises:
            FileNotFoundError: If there is no content at the place.
            ValueError: If it is damaged.
            WorkspaceError: If it cannot be reached.
        """

    @abstractmethod
    def read_rows(self, place: ArrayPlace, digest: str, shape: Sequence[int], rows: Rows) -> NDArray[Any]:
        """Return some rows of an array, in the order asked for; no more is read than that takes."""

    @abstractmethod
    def file(self, place: ArrayPlace, digest: str) -> Path:
        """Return a file on this machine that holds a whole array; it need not exist if the array does not."""

    @abstractmethod
    def n_bytes(self, place: ArrayPlace) -> int:
        """Return how much an array takes up, 0 if it is missing."""

    @abstractmethod
    def exists(self, place: ArrayPlace) -> bool:
        """Return whether there is content at a place."""

    @abstractmethod
    def content_digest(self, place: ArrayPlace) -> str:
        """Return the digest of what is stored, read anew."""

    @abstractmethod
    def shape(self, place: ArrayPlace) -> tuple[int, ...]:
        """Return the shape of what is stored, after a look at the length of each of its objects."""

    @abstractmethod
    def remove(self, place: ArrayPlace) -> bool:
        """Remove an array if it is there, and return whether it is gone."""

    @abstractmethod
    def link(self, place: ArrayPlace, other: ArrayPlace) -> bool:
        """Make the content of a place that of another too; return whether the first may be removed then."""

    @abstractmethod
    def remove_dataset(self, dataset_id: str) -> bool:
        """Remove everything of a dataset, and return whether it is gone."""

    @abstractmethod
    def remove_if_empty(self, dataset_id: str) -> None:
        """Remove what writing has made for a dataset that is gone by now."""

    @abstractmethod
    def write_filenames(self, dataset_id: str, content_id: str, filenames: Sequence[str]) -> None:
        """Store all filenames of a dataset."""

    @abstractmethod
    def read_filenames(self, dataset_id: str, content_id: str | None) -> "pa.Array":
        """Return the filenames of a dataset as an Arrow array, mapped from disk; there may be more than samples."""

    @abstractmethod
    def filenames_file(self, dataset_id: str, content_id: str | None) -> Path:
        """Return a file on this machine that holds the filenames; it need not exist if they do not."""

    @abstractmethod
    def objects(self) -> list[tuple[tuple[str, str], ObjectInfo]]:
        """Return every object with its dataset and what it is of, by their ids; files are no objects."""
