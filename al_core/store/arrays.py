from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from al_core.exceptions import NotFoundError
from al_core.store.records import StoredArray


class Arrays(ABC):
    """The arrays of one dataset, each known by its kind and name."""

    @abstractmethod
    def all(self, kind: str) -> list[StoredArray]:
        """Return what is known of all arrays of a kind, oldest first."""

    @abstractmethod
    def find(self, kind: str, name: str) -> StoredArray | None:
        """Return what is known of one array, or None if there is none of that name."""

    def get(self, kind: str, name: str) -> StoredArray:
        """Return what is known of one array, or raise `NotFoundError` that lists those there are."""
        found = self.find(kind, name)
        if found is None:
            known = ", ".join(f"'{stored.name}'" for stored in self.all(kind)) or "none yet"
            raise NotFoundError(f"there is no {kind} '{name}'; there are: {known}")
        return found

    def newest(self, kind: str, name: str | None = None) -> StoredArray | None:
        """Return what is known of the named array, or of the newest of its kind, or None if there is none."""
        if name is not None:
            return self.get(kind, name)
        stored = self.all(kind)
        return stored[-1] if stored else None

    @abstractmethod
    def read(self, stored: StoredArray) -> NDArray[Any]:
        """Return the array itself, mapped from disk and read-only."""

    @abstractmethod
    def save(
        self,
        kind: str,
        named: dict[str, NDArray[Any]],
        facts: dict[str, Any] | None = None,
        *,
        ids: Mapping[str, str | None] | None = None,
    ) -> None:
        """Store arrays of a kind, in place of older ones of the same names: all become visible at once.

        `ids` gives arrays the ids that were promised to a client.
        """

    @abstractmethod
    def delete(self, kind: str, name: str) -> None:
        """Remove an array if it is there."""
