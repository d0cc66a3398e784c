"""Where a worker reads the rows of its shard."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.store.storage import ArrayAddress

# Rows at each end of a shard whose bytes tell whether a worker's file is the caller's.
_PROBED_ROWS = 4


class RowSource(ABC):
    """Some rows of an array with one row per sample, to be opened in any process."""

    @abstractmethod
    def open(self) -> NDArray[Any]:
        """Return the rows, (n, …)."""


@dataclass(frozen=True, eq=False)
class SentRows(RowSource):
    """Rows that travel with the task: for arrays that are nowhere but in the caller's memory.

    Attributes:
        rows: (n, …).
    """

    rows: NDArray[Any]

    def open(self) -> NDArray[Any]:
        """Return the rows, (n, …)."""
        return self.rows


@dataclass(frozen=True, eq=False)
class MappedRows(RowSource):
    """Rows of a file that the caller and all workers see under one path.

    Attributes:
        path: The file.
        offset: Where in it the rows begin, in bytes.
        shape: (n, …).
        dtype: Of the numbers.
        probe: The bytes of the first and last rows, as the caller reads them.
    """

    path: str
    offset: int
    shape: tuple[int, ...]
    dtype: str
    probe: bytes

    def open(self) -> NDArray[Any]:
        """Return the rows, (n, …), mapped from disk.

        Raises:
            MissingInputError: If this machine does not see the file.
            InvalidInputError: If it ends before the rows do, or holds other rows.
        """
        end = self.offset + int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize
        try:
            size = os.path.getsize(self.path)
        except OSError as error:
            raise MissingInputError(
                f"a worker on {os.uname().nodename} does not see {self.path} ({error.strerror}): keep the workspace on "
                "storage that all workers mount at the same place"
            ) from error
        if size < end:
            raise InvalidInputError(
                f"a shard needs {end:,} bytes of {self.path}, but on {os.uname().nodename} it ends after {size:,}: it "
                "was cut short; write it again"
            )
        rows = np.memmap(self.path, np.dtype(self.dtype), "r", self.offset, self.shape)
        if probe_of(rows) != self.probe:
            raise InvalidInputError(
                f"{self.path} holds other rows on {os.uname().nodename} than where the work was started: let all "
                "machines mount the same storage"
            )
        return rows


@dataclass(frozen=True, eq=False)
class ObjectRows(RowSource):
    """Rows of an array in an object storage, which every worker reaches by itself.

    Attributes:
        address: Of the array.
        start: The first row.
        stop: The row behind the last.
    """

    address: ArrayAddress
    start: int
    stop: int

    def open(self) -> NDArray[Any]:
        """Return the rows, (n, …): read by ranges, or from this machine's cache if they are much of the array.

        Raises:
            WorkspaceError: If this machine cannot read from the storage.
            MissingInputError: If there is no such array in it.
        """
        from al_core.store.home import home_folder
        from al_core.store.storages import make_storage

        address = self.address
        storage = make_storage(address.storage, home_folder())
        try:
            return storage.read_rows(address.place, address.digest, address.shape, np.arange(self.start, self.stop))
        except FileNotFoundError as error:
            raise MissingInputError(
                f"a worker on {os.uname().nodename} does not find a shard in {address.storage} ({error}); let all "
                "machines use the same storage, or restore it from a backup"
            ) from error


def object_rows(address: ArrayAddress) -> Callable[[int, int], RowSource]:
    """Return what makes the source of rows start to stop of an array in an object storage."""
    return lambda start, stop: ObjectRows(address, start, stop)


def source_of(array: NDArray[Any], start: int, stop: int) -> RowSource:
    """Return where a worker reads rows start to stop: from the file of a mapped array, else they are sent along."""
    part = array[start:stop]
    if not isinstance(array, np.memmap) or array.filename is None or not array.flags.c_contiguous:
        return SentRows(np.ascontiguousarray(part))
    # Where in the file a view of a mapped array begins is not in the view: count from the mapped array itself.
    base = array
    while isinstance(base.base, np.memmap):
        base = base.base
    first = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    offset = base.offset + first + start * array.strides[0]
    return MappedRows(os.fspath(array.filename), offset, part.shape, array.dtype.str, probe_of(part))


def probe_of(rows: NDArray[Any]) -> bytes:
    """Return the bytes of the first and last rows."""
    return np.ascontiguousarray(rows[:_PROBED_ROWS]).tobytes() + np.ascontiguousarray(rows[-_PROBED_ROWS:]).tobytes()
