"""Objects below an address: read by ranges, written whole, every failure one sentence."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from al_core.exceptions import WorkspaceError
from al_core.objects.address import check_address
from al_core.objects.protocols import UNREACHABLE, file_system, protocol_of

N_TRIES = 4
"""How often bytes that arrived short are asked for; the library itself repeats requests that failed or were throttled,
with growing pauses."""

FIRST_PAUSE_SECONDS = 0.1
"""Before the second try; each later pause is twice as long."""

SMALL_BYTES = 1 << 20
"""The most that `Objects.read` returns."""


@dataclass(frozen=True)
class ObjectInfo:
    """An object without its content.

    Attributes:
        key: Its name below the address.
        n_bytes: Its length.
        modified_at: Seconds since 1970, by the clock of the storage.
    """

    key: str
    n_bytes: int
    modified_at: float


@dataclass(frozen=True)
class ByteRange:
    """Bytes of one object from `start` to before `end`."""

    key: str
    start: int
    end: int


class Objects:
    """The objects below an address.

    Args:
        address: Such as `s3://bucket/prefix`.

    Raises:
        InvalidInputError: If the address is malformed, or of a kind that nothing installed reaches.
        WorkspaceError: If a package has to be installed first.
    """

    def __init__(self, address: str) -> None:
        self.address = check_address(address)
        self._fs = file_system(self.address)
        # Bucket and prefix, as the methods of fsspec take them.
        self._root: str = self._fs._strip_protocol(self.address)
        self._errors: tuple[type[Exception], ...] = (OSError, *protocol_of(self.address).errors())

    def __repr__(self) -> str:
        return f"Objects({self.address!r})"

    def read(self, key: str) -> bytes:
        """Return a small object that is not empty.

        Raises:
            FileNotFoundError: If it is not there.
            WorkspaceError: If the storage cannot be read.
        """
        with self._explained("read"):
            # With an end, s3fs does not ask for the length before.
            content: bytes = self._fs.cat_file(self._path(key), start=0, end=SMALL_BYTES)
            return content

    def read_whole(self, key: str) -> bytes:
        """Return an object of any length.

        Raises:
            FileNotFoundError: If it is not there.
            WorkspaceError: If the storage cannot be read.
        """
        with self._explained("read"):
            content: bytes = self._fs.cat_file(self._path(key))
            return content

    def read_ranges(self, ranges: Sequence[ByteRange]) -> list[bytes]:
        """Return bytes of objects, many at once, each as long as asked for.

        Raises:
            FileNotFoundError: If one of the objects is not there.
            EOFError: If one of them is shorter than the range.
            WorkspaceError: If the storage cannot be read.
        """
        blocks: dict[int, bytes] = {}
        for attempt in range(N_TRIES):
            missing = [number for number in range(len(ranges)) if number not in blocks]
            if not missing:
                break
            if attempt:
                time.sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            for number, block in zip(missing, self._cat([ranges[number] for number in missing]), strict=True):
                if len(block) == ranges[number].end - ranges[number].start:
                    blocks[number] = block
        for number, one in enumerate(ranges):
            if number not in blocks:
                raise EOFError(f"{one.key} is shorter than it should be: bytes {one.start} to {one.end} did not come")
        return [blocks[number] for number in range(len(ranges))]

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Store objects, several at once; each is there in full or not at all.

        Raises:
            WorkspaceError: If one of them could not be stored.
        """
        with self._explained("written"):
            self._fs.pipe({self._path(key): content for key, content in contents.items()})

    def create(self, key: str, content: bytes) -> bool:
        """Store an object unless there is one of this name, and return whether it was stored; of two only one is."""
        try:
            with self._explained("written"):
                # The storage decides which of two writers is through: S3 by If-None-Match.
                self._fs.pipe_file(self._path(key), content, mode="create")
        except FileExistsError:
            return False
        return True

    def copy(self, keys: Mapping[str, str]) -> None:
        """Copy objects inside the storage, to the names that they are mapped to."""
        with self._explained("written"):
            for source, target in keys.items():
                self._fs.cp_file(self._path(source), self._path(target))

    def size(self, key: str) -> int | None:
        """Return the length of an object, or None if it is not there."""
        try:
            with self._explained("read"):
                entry = self._fs.info(self._path(key))
        except FileNotFoundError:
            return None
        # A name that others begin with is a folder for fsspec.
        return int(entry["size"]) if entry["type"] == "file" else None

    def listing(self, prefix: str = "") -> list[ObjectInfo]:
        """Return the objects below a folder, by name."""
        try:
            with self._explained("listed"):
                entries = self._fs.find(self._path(prefix) if prefix else self._root, detail=True)
        except FileNotFoundError:
            return []
        return [
            ObjectInfo(path.removeprefix(f"{self._root}/"), int(entry["size"] or 0), _modified_at(entry))
            for path, entry in sorted(entries.items())
            if entry["type"] == "file"
        ]

    def pages(self, after: str = "") -> Iterator[Sequence[ObjectInfo]]:
        """Yield all objects below the address in the order of their keys, as many at a time as one request returns.

        Args:
            after: The last key that is not needed any more.
        """
        if "s3" not in self._fs.protocol:
            page = [one for one in self.listing() if one.key > after]
            yield from [page] if page else []
            return
        bucket, folder, _ = self._fs.split_path(self._root)
        # Not by s3fs: some versions drop the slash at the end of a path.
        prefix = f"{folder}/" if folder else ""
        last = f"{prefix}{after}" if after else ""
        is_last = False
        while not is_last:
            with self._explained("listed"):
                answer = self._fs.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, StartAfter=last)
            entries = answer.get("Contents", [])
            is_last = not answer.get("IsTruncated") or not entries
            if entries:
                last = entries[-1]["Key"]
                yield [
                    ObjectInfo(one["Key"].removeprefix(prefix), int(one["Size"]), _modified_at(one)) for one in entries
                ]

    def signed(self, key: str, seconds: int) -> str:
        """Return an https address by which whoever has it may read an object for a while; nothing is asked for it."""
        with self._explained("signed for"):
            return str(self._fs.sign(self._path(key), expiration=seconds))

    def remove(self, prefix: str) -> None:
        """Remove all objects below a folder; none need be there."""
        paths = [self._path(one.key) for one in self.listing(prefix)]
        if not paths:
            return
        try:
            with self._explained("written"):
                self._fs.rm(paths)
        except FileNotFoundError:
            # Another process removes the same: whatever it left is looked at next time.
            return

    def _cat(self, ranges: Sequence[ByteRange]) -> list[bytes]:
        paths = [self._path(one.key) for one in ranges]
        with self._explained("read"):
            blocks = self._fs.cat_ranges(
                paths, [one.start for one in ranges], [one.end for one in ranges], on_error="return"
            )
            for block in blocks:
                if isinstance(block, Exception) and not _is_beyond_end(block):
                    raise block
        return [b"" if isinstance(block, Exception) else bytes(block) for block in blocks]

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"

    @contextmanager
    def _explained(self, verb: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, FileExistsError) as error:
            # S3 says so in words; a key that is not there is said by its name.
            if "bucket does not exist" not in str(error):
                raise
            raise self._failure(
                f"is in a bucket that does not exist ({error})", "make it, or correct the address"
            ) from (error)
        except self._errors as error:
            raise self._sentence(verb, error) from error

    def _sentence(self, verb: str, error: Exception) -> WorkspaceError:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        if isinstance(error, PermissionError):
            return self._failure(f"may not be {verb} with these credentials ({reason})", "ask whoever owns the bucket")
        if "credentials" in reason.lower():
            remedy = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, as for the AWS command line"
            return self._failure(f"cannot be {verb}: no credentials were found", remedy)
        return self._failure(f"cannot be {verb} ({reason})", "nothing was stored: try again when it can be reached")

    def _failure(self, problem: str, remedy: str) -> WorkspaceError:
        return WorkspaceError(f"{self.address} {problem}; {remedy}", public=UNREACHABLE)


def _is_beyond_end(error: Exception) -> bool:
    """Whether a range was refused because the object ends before it (HTTP 416)."""
    return isinstance(error, ValueError | OSError) and "range" in str(error).lower()


def _modified_at(entry: Mapping[str, Any]) -> float:
    moment = entry.get("LastModified") or entry.get("mtime") or entry.get("created") or 0.0
    return float(moment if isinstance(moment, int | float) else moment.timestamp())
