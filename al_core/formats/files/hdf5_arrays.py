"""The arrays of an HDF5 file that is not trusted: nothing is allocated because a size says so, no link is followed."""

import math
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.damage import file_damage_explained
from al_core.formats.files.decoded_size import check_decoded_size, check_ratio
from al_core.formats.files.filename_rules import array_of_filenames
from al_core.formats.files.hdf5_texts import read_texts
from al_core.formats.files.progress import reported

if TYPE_CHECKING:
    import h5py

_MAGIC = b"\x89HDF\r\n\x1a\n"
_MAX_DATASETS = 100_000
"""One per image. Each takes the library a tenth of a millisecond."""

_BLOCK_VALUES = 2**22
"""Values that are converted at a time: 16 MB of float32."""

_TEXT_BYTES = 64
"""What a text is taken to need in memory, since the file does not say."""

_HDF5_ERRORS = (OSError, ValueError, RuntimeError, KeyError, TypeError, zlib.error)


def is_hdf5(path: Path, head: bytes) -> bool:
    """Return whether a file begins as an HDF5 file."""
    return head.startswith(_MAGIC)


@dataclass(frozen=True)
class Hdf5Arrays:
    """The arrays of an open HDF5 file, in any of its groups.

    Attributes:
        path: The file.
        by_name: Each array that has values, by its path in the file.
    """

    path: Path
    by_name: "dict[str, h5py.Dataset]"

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the arrays of numbers."""
        return {name: array.shape for name, array in self.by_name.items() if array.dtype.kind in "fiu"}

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """The shapes of the matrices of floats."""
        of_floats = [name for name, array in self.by_name.items() if array.dtype.kind == "f"]
        shapes = {name: self.by_name[name].shape for name in of_floats}
        return {name: (shape[0], shape[1]) for name, shape in shapes.items() if len(shape) == 2}

    def vectors_by_name(self) -> tuple[list[str], NDArray[np.float32]] | None:
        """Return the names and the rows of a file that holds nothing but one vector of floats per image."""
        arrays = self.by_name
        are_vectors = all(array.ndim == 1 and array.dtype.kind == "f" for array in arrays.values())
        if not arrays or not are_vectors or len({array.shape for array in arrays.values()}) > 1:
            return None
        check_decoded_size(sum(4 * array.size for array in arrays.values()), self.path.name)
        with np.errstate(over="ignore"):
            rows = [array[()].astype(np.float32) for array in reported(arrays.values())]
        return list(arrays), np.stack(rows)

    def named(self, candidates: Sequence[str], bases: Sequence[str], noun: str) -> str | None:
        """Return the only candidate, or the one whose last part is the first of these names; None without candidates.

        Raises:
            FileFormatError: If several could be meant.
        """
        for base in bases:
            of_base = [name for name in candidates if last_part(name) == base]
            if len(of_base) == 1:
                return of_base[0]
        if len(candidates) > 1:
            raise FileFormatError(
                f"{self.path.name} holds more than one {noun}: {self.listed(candidates)}; name one of them {bases[0]!r}"
            )
        return next(iter(candidates), None)

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return an array of numbers, read some rows at a time."""
        array = self.by_name[name]
        check_decoded_size(4 * array.size, f"{self.path.name}, {name!a}")
        values = np.empty(array.shape, np.float32)
        # Converted at once, an array of float64 would stand beside its own copy.
        step = max(1, _BLOCK_VALUES // math.prod(array.shape[1:]))
        with np.errstate(over="ignore"):
            for start in reported(range(0, len(values), step)):
                values[start : start + step] = array[start : start + step]
        return values

    def of_rows(self, n_rows: int) -> list[str]:
        """Return the names of the arrays with so many values, one after the other."""
        return [name for name, array in self.by_name.items() if array.shape == (n_rows,)]

    def texts(self, n_rows: int) -> list[str]:
        """Return the names of the arrays of so many texts."""
        import h5py

        return [name for name in self.of_rows(n_rows) if h5py.check_string_dtype(self.by_name[name].dtype)]

    def filenames(self, n_rows: int) -> list[str] | None:
        """Return the only list of texts that has one for each row, or the one that is named most like filenames.

        Raises:
            FileFormatError: If two lists could be meant.
        """
        names = self.texts(n_rows)
        chosen = array_of_filenames(self.path.name, list(map(last_part, names)), n_rows)
        return None if chosen is None else self.values(names[chosen])

    def values(self, name: str) -> list[Any]:
        """Return a column of texts or numbers."""
        import h5py

        array = self.by_name[name]
        check_decoded_size(array.size * _value_bytes(array), f"{self.path.name}, {name!a}")
        kind = h5py.check_string_dtype(array.dtype)
        if kind and kind.length is None:
            # The library follows the sizes that a damaged file gives: see `hdf5_texts`.
            return read_texts(self.path, array)
        stored = array.asstr() if kind else array
        values: list[Any] = stored[()].tolist()
        return values

    def listed(self, names: Sequence[str] | None = None) -> str:
        """Return the first of these arrays, or of all, with their types and shapes, for messages."""
        names = list(self.by_name) if names is None else names
        arrays = ((name, self.by_name[name]) for name in names[:10])
        return ", ".join(f"{name!a} {array.dtype} {array.shape}" for name, array in arrays)


@contextmanager
def hdf5_arrays(path: Path) -> Iterator[Hdf5Arrays]:
    """Open the arrays of an HDF5 file; within the block, what the library raises for a damaged one is explained.

    Raises:
        FileFormatError: If it is damaged, unpacks to far more than its size, or has its values in other files.
    """
    import h5py

    with file_damage_explained(path.name, "HDF5 file", _HDF5_ERRORS), h5py.File(path, "r") as file:
        yield Hdf5Arrays(path, _arrays(file, path))


def last_part(name: str) -> str:
    """Return the name of an array without its groups, in lower case.

    Examples:
        >>> last_part("run/one/Features")
        'features'
    """
    return name.rpartition("/")[2].lower()


def _arrays(file: Any, path: Path) -> "dict[str, h5py.Dataset]":
    import h5py

    arrays: dict[str, h5py.Dataset] = {}

    def visit(name: str, entry: Any) -> bool | None:
        # A single value has no shape, and an array without values one with a 0.
        if isinstance(entry, h5py.Dataset) and entry.shape and all(entry.shape):
            arrays[name] = entry
        # Anything but None ends the visit.
        return True if len(arrays) > _MAX_DATASETS else None

    if file.visititems(visit):
        raise FileFormatError(
            f"{path.name} has more than {_MAX_DATASETS:,} arrays; write one matrix (images, D), and the filenames as "
            "texts"
        )
    for name, array in arrays.items():
        if array.external or array.is_virtual:
            raise FileFormatError(
                f"{path.name}, {name!a}: the values are in another file, which is not read; copy them"
            )
        # A chunk is unpacked whole, and may be larger than the array that it is of.
        n_values = max(array.size, math.prod(array.chunks or ()))
        check_ratio(n_values * _value_bytes(array), path)
    return arrays


def _value_bytes(array: "h5py.Dataset") -> int:
    size: int = array.dtype.itemsize
    return max(_TEXT_BYTES, size) if array.dtype.kind in "OS" else size
