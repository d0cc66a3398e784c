import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.objects.objects import ByteRange, ObjectInfo, Objects
from al_core.objects.protocols import REQUESTS_AT_ONCE
from al_core.store import files, parts
from al_core.store.array_cache import ArrayCache
from al_core.store.binding import ID_FILE, id_json, id_of_json
from al_core.store.names import ID
from al_core.store.parts import Part, PartHeader
from al_core.store.storage import ArrayPlace, Storage
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa

PARTS_AT_ONCE = 4
"""How many parts travel together, and are in memory, while an array is written or fetched."""

HEADER_BYTES = 1 << 16
"""Headers of `.npy` files have 128 bytes; those of types with many fields a few hundred."""

GAP_BYTES = 1 << 16
"""Rows that lie closer are read with what is between them: a request costs as much time as 100 KB to 1 MB."""

WHOLE_SHARE = 0.25
"""From this share of an array on, all of it is fetched and kept: the next rows come from the same array."""

MOST_RANGES = 1000
"""The same holds for rows in so many places."""

PROBE = "writable"
"""An object without content, that is written to see whether something can be."""


class ObjectStorage(Storage):
    """Arrays as objects of whole rows below an address: `DATASET/ARRAY/00000.npy` and so on.

    An array is read through a cache on this machine, from which it is mapped, or by ranges where few rows are needed.

    Args:
        objects: Where they are.
        cache: Keeps whole arrays under their digests, which are checked on arrival.
    """

    needs_drafts = True

    def __init__(self, objects: Objects, cache: ArrayCache, part_bytes: int = parts.PART_BYTES) -> None:
        self.address = objects.address
        self.cache = cache
        self._objects = objects
        self._part_bytes = part_bytes

    def owner(self) -> str | None:
        """Return the id that the object `workspace.json` holds, or None if it is not there."""
        try:
            content = self._objects.read(ID_FILE)
        except FileNotFoundError:
            return None
        return id_of_json(content, f"{self.address}/{ID_FILE}")

    def claim(self, workspace_id: str) -> str | None:
        """Store the id, which shows too that something can be stored here."""
        self._objects.create(ID_FILE, id_json(workspace_id))
        return self.owner()

    def check_writable(self) -> None:
        """Raise `WorkspaceError` unless an object can be stored."""
        self._objects.write({PROBE: b""})

    def write(self, place: ArrayPlace, array: NDArray[Any], digest: str) -> tuple[Part, ...]:
        """Store an array part by part, and keep a copy in the cache, since it is read next."""
        if self.exists(place):
            raise FileExistsError(_folder(place))
        written: list[Part] = []
        for pieces in _batches(list(parts.split(array, self._part_bytes)), PARTS_AT_ONCE):
            contents = [parts.encode(piece) for piece in pieces]
            first = len(written)
            self._objects.write({_key(place, first + number): content for number, content in enumerate(contents)})
            written += [
                # An array of a single number has no rows, and is one part.
                Part(len(piece) if piece.ndim else 1, len(content))
                for piece, content in zip(pieces, contents, strict=True)
            ]
        n_bytes = sum(part.n_bytes for part in written)
        if self.cache.fits(n_bytes):
            self._cached(digest, n_bytes, lambda file: np.lib.format.write_array(file, array, allow_pickle=False))
        return tuple(written)

    def read(self, place: ArrayPlace, digest: str) -> NDArray[Any]:
        """Return an array, mapped from the cache; it is fetched and compared with its digest if it is not there."""
        return files.read_array(self.file(place, digest))

    def read_rows(self, place: ArrayPlace, digest: str, shape: Sequence[int], rows: Rows) -> NDArray[Any]:
        """Return some rows: from the cache, by ranges, or from the whole array if that is not much more."""
        path = self.cache.find(_file_name(digest))
        if path:
            return np.asarray(files.read_array(path)[rows])
        dtype = self._header(place).dtype
        n_row_bytes = parts.row_bytes(shape, dtype)
        unique, positions = np.unique(np.asarray(rows, np.int64), return_inverse=True)
        ranges = list(parts.row_ranges(place.parts, unique, n_row_bytes, GAP_BYTES))
        n_bytes = self.n_bytes(place)
        n_wanted = sum(one.end - one.start for one in ranges)
        is_much = n_wanted > WHOLE_SHARE * n_bytes or len(ranges) > MOST_RANGES
        if is_much and self.cache.fits(n_bytes):
            return np.asarray(self.read(place, digest)[rows])
        values = np.empty((len(unique), *shape[1:]), dtype)
        for some in _batches(ranges, REQUESTS_AT_ONCE):
            blocks = self._objects.read_ranges([ByteRange(_key(place, one.part), one.start, one.end) for one in some])
            for one, block in zip(some, blocks, strict=True):
                start, stop = np.searchsorted(unique, [one.first_row, one.first_row + one.n_rows])
                read = np.frombuffer(block, dtype).reshape(one.n_rows, *shape[1:])
                values[start:stop] = read[unique[start:stop] - one.first_row]
        # In the order asked for, repeats included.
        return np.asarray(values[positions.reshape(-1)])

    def file(self, place: ArrayPlace, digest: str) -> Path:
        """Return the file of an array in the cache; it is fetched if it is not there."""
        return self._cached(digest, self.n_bytes(place), lambda file: self._fetch(place, file))

    def n_bytes(self, place: ArrayPlace) -> int:
        """Return how much the parts take up, as the catalog has it."""
        return sum(part.n_bytes for part in place.parts)

    def exists(self, place: ArrayPlace) -> bool:
        """Return whether the first part is there."""
        return self._objects.size(_key(place, 0)) is not None

    def content_digest(self, place: ArrayPlace) -> str:
        """Return the digest of what is stored, read part by part."""
        header = self._header(place)
        shape = _whole_shape(header, place)
        # As `files.array_digest` makes it, but without the whole array in memory.
        digest = hashlib.sha256(f"{header.dtype.str}{shape}".encode())
        for rows in self._part_rows(place, header):
            digest.update(rows)
        return digest.hexdigest()

    def shape(self, place: ArrayPlace) -> tuple[int, ...]:
        """Return the shape of what is stored, after a look at the length of each part."""
        lengths = {one.key: one.n_bytes for one in self._objects.listing(_folder(place))}
        if not lengths:
            raise FileNotFoundError(_folder(place))
        for number, part in enumerate(place.parts):
            length = lengths.get(_key(place, number))
            if length != part.n_bytes:
                problem = "is missing" if length is None else f"has {length:,} bytes"
                raise ValueError(f"part {number} of {part.n_bytes:,} bytes {problem}")
        return _whole_shape(self._header(place), place)

    def remove(self, place: ArrayPlace) -> bool:
        """Remove the parts of an array."""
        self._objects.remove(_folder(place))
        return True

    def link(self, place: ArrayPlace, other: ArrayPlace) -> bool:
        """Return False: objects lie under the id of their array, whatever its kind, so they serve both places."""
        return False

    def remove_dataset(self, dataset_id: str) -> bool:
        """Remove the objects of a dataset."""
        self._objects.remove(dataset_id)
        return True

    def remove_if_empty(self, dataset_id: str) -> None:
        """Do nothing: there are no folders."""

    def write_filenames(self, dataset_id: str, content_id: str, filenames: Sequence[str]) -> None:
        """Store filenames as an Arrow file that is cut into objects, and keep it in the cache."""
        # Arrow needs eight bytes more for each.
        n_bytes = sum(map(len, filenames)) + 8 * len(filenames)
        path = self.cache.get(
            f"{content_id}.arrow",
            n_bytes,
            lambda file: files.write_filenames_to(file, filenames),
            lambda draft: None,
        )
        size = path.stat().st_size
        count = max(1, -(-size // self._part_bytes))
        with path.open("rb") as file:
            for number in range(count):
                key = f"{dataset_id}/{content_id}/{number:05}-of-{count:05}.arrow"
                self._objects.write({key: file.read(self._part_bytes)})

    def read_filenames(self, dataset_id: str, content_id: str | None) -> "pa.Array":
        """Return the filenames of a dataset, mapped from the cache."""
        return files.read_filenames(self.filenames_file(dataset_id, content_id))

    def filenames_file(self, dataset_id: str, content_id: str | None) -> Path:
        """Return the file of the filenames in the cache; it is fetched if it is not there."""
        name = f"{content_id}.arrow"
        path = self.cache.find(name)
        if path:
            return path
        slices = self._objects.listing(f"{dataset_id}/{content_id}")
        # Each name says how many there are, so that a listing shows whether all have been written.
        if not slices or not slices[0].key.endswith(f"-of-{len(slices):05}.arrow"):
            raise FileNotFoundError(f"{dataset_id}/{content_id}")
        n_bytes = sum(one.n_bytes for one in slices)
        return self.cache.get(name, n_bytes, lambda file: self._fetch_slices(slices, file), files.read_filenames)

    def objects(self) -> list[tuple[tuple[str, str], ObjectInfo]]:
        """Return every object below the folder of a dataset; others are not of al_core."""
        objects = []
        for one in self._objects.listing():
            key = one.key.split("/")
            if len(key) == 3 and ID.fullmatch(key[0]):
                objects.append(((key[0], key[1]), one))
        return objects

    def _cached(self, digest: str, n_bytes: int, fetch: "files.Write") -> Path:
        return self.cache.get(_file_name(digest), n_bytes, fetch, lambda draft: _check(draft, digest))

    def _fetch(self, place: ArrayPlace, file: IO[bytes]) -> None:
        header = self._header(place)
        parts.write_header(file, header.dtype, _whole_shape(header, place))
        for rows in self._part_rows(place, header):
            file.write(rows)

    def _fetch_slices(self, slices: Sequence[ObjectInfo], file: IO[bytes]) -> None:
        for some in _batches(slices, PARTS_AT_ONCE):
            for block in self._objects.read_ranges([ByteRange(one.key, 0, one.n_bytes) for one in some]):
                file.write(block)

    def _part_rows(self, place: ArrayPlace, header: PartHeader) -> Iterator[memoryview]:
        """Yield the rows of each part without its header."""
        n_row_bytes = parts.row_bytes(header.shape, header.dtype)
        for some in _batches(list(enumerate(place.parts)), PARTS_AT_ONCE):
            ranges = [ByteRange(_key(place, number), 0, part.n_bytes) for number, part in some]
            for (_, part), block in zip(some, self._objects.read_ranges(ranges), strict=True):
                # What is left of the part before its rows is the header.
                yield memoryview(block)[part.n_bytes - part.n_rows * n_row_bytes :]

    def _header(self, place: ArrayPlace) -> PartHeader:
        if not place.parts:
            raise ValueError("the catalog names no parts of it")
        end = min(HEADER_BYTES, place.parts[0].n_bytes)
        [block] = self._objects.read_ranges([ByteRange(_key(place, 0), 0, end)])
        return parts.read_header(io.BytesIO(block))


def _folder(place: ArrayPlace) -> str:
    return f"{place.dataset_id}/{place.array_id}"


def _key(place: ArrayPlace, number: int) -> str:
    return f"{_folder(place)}/{number:05}.npy"


def _file_name(digest: str) -> str:
    return f"{digest}.npy"


def _whole_shape(header: PartHeader, place: ArrayPlace) -> tuple[int, ...]:
    n_rows = sum(part.n_rows for part in place.parts)
    return (n_rows, *header.shape[1:]) if header.shape else ()


def _check(draft: Path, digest: str) -> None:
    if files.array_digest(files.read_array(draft)) != digest:
        raise ValueError("its digest is another")


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
