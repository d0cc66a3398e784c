from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import NotFoundError
from al_core.store.records import NewArrays, StoredArray
from al_core.store.storage import ArrayAddress
from al_core.text import quoted
from al_core.types import Rows


class Arrays(ABC):
    """The arrays of one dataset, each with a kind and a name.

    A kind is a `Kind`, or that of a task registered elsewhere.
    """

    @abstractmethod
    def all(self, kind: str) -> list[StoredArray]:
        """Return the records of all arrays of a kind, oldest first."""

    @abstractmethod
    def find(self, kind: str, name: str) -> StoredArray | None:
        """Return the record of one array, or None if there is none of that name."""

    def get(self, kind: str, name: str) -> StoredArray:
        """Return the record of one array, or raise `NotFoundError` that lists those there are."""
        stored = self.find(kind, name)
        if stored is None:
            names = quoted(array.name for array in self.all(kind)) or "none yet"
            raise NotFoundError(f"there is no {kind} '{name}'; there are: {names}")
        return stored

    def newest(self, kind: str, name: str | None = None) -> StoredArray | None:
        """Return the record of the named array, or of the newest of its kind, or None if there is none."""
        if name is not None:
            return self.get(kind, name)
        stored = self.all(kind)
        return stored[-1] if stored else None

    @abstractmethod
    def read(self, stored: StoredArray) -> NDArray[Any]:
        """Return the array itself, mapped from disk and read-only."""

    def read_rows(self, stored: StoredArray, rows: Rows) -> NDArray[Any]:
        """Return some rows of an array, in the order asked for, as an array in memory.

        Rows of an array in an object storage are read by ranges, unless all of it is on this machine already.
        """
        return np.asarray(self.read(stored)[rows])

    def address(self, stored: StoredArray) -> ArrayAddress | None:
        """Return where any machine reads an array, None unless it is in an object storage."""
        return None

    @abstractmethod
    def save(
        self,
        kind: str,
        named: Mapping[str, NDArray[Any]],
        attributes: Mapping[str, Any] | None = None,
        *,
        ids: Mapping[str, str | None] | None = None,
    ) -> list[StoredArray]:
        """Store arrays of a kind and return their records in the order of `named`; all become visible at once.

        Older arrays of the same names are replaced.

        Args:
            kind: Of all of them.
            named: The arrays by name.
            attributes: JSON that goes with each.
            ids: The ids that were promised to a client, by name.
        """

    def save_together(self, groups: Sequence[NewArrays]) -> list[StoredArray]:
        """Store arrays of several kinds and return their records in order.

        On this machine all become visible at once; a server is sent one kind after the other.
        """
        records = []
        for group in groups:
            records += self.save(group.kind, group.named, group.attributes, ids=group.ids)
        return records

    @abstractmethod
    def delete(self, kind: str, name: str) -> None:
        """Remove an array if it is there."""
