import tempfile
from collections.abc import Mapping
from typing import Any

import orjson
from numpy.typing import NDArray

from al_core.remote.cache import Cache
from al_core.remote.recent import Recent
from al_core.store import files
from al_core.store.arrays import Arrays
from al_core.store.records import StoredArray
from al_core.wire.array_bundle import write_bundle
from al_core.wire.connection import Connection

RESULTS = ("projection", "neighbors")
"""Kinds that follow from others: kept on this machine, so that reading needs no right to write."""


class RemoteArrays(Arrays):
    """The arrays of a dataset on a server."""

    def __init__(self, connection: Connection, path: str, cache: Cache) -> None:
        self._connection = connection
        self._path = path
        self._cache = cache
        self._known = Recent[list[StoredArray]]()

    def _load(self) -> list[StoredArray]:
        listed = self._connection.get_if_changed(self._path)
        return [StoredArray(**known | {"shape": tuple(known["shape"])}) for known in listed]

    def every(self) -> list[StoredArray]:
        """Return what the server has of all kinds, oldest first."""
        return self._known.get(self._load)

    def all(self, kind: str) -> list[StoredArray]:
        """Return what the server has of a kind, oldest first."""
        return [stored for stored in self.every() if stored.kind == kind]

    def find(self, kind: str, name: str) -> StoredArray | None:
        """Return what is known of one array, or None if there is none of that name, there or calculated here."""
        found = next((stored for stored in self.all(kind) if stored.name == name), None)
        return found or (self._result(kind, name) if kind in RESULTS else None)

    def read(self, stored: StoredArray) -> NDArray[Any]:
        """Return the array itself, mapped from disk and read-only; it is fetched once."""
        path = self._cache.result_path(stored.kind, stored.name)
        if stored.kind in RESULTS and path.exists():
            return files.read_array(path)
        return self._cache.array(stored, lambda file: self._connection.download(f"{self._path}/{stored.id}", file))

    def save(
        self,
        kind: str,
        named: dict[str, NDArray[Any]],
        facts: dict[str, Any] | None = None,
        *,
        ids: Mapping[str, str | None] | None = None,
    ) -> None:
        """Send arrays, which all become visible at once; what follows from others is kept here."""
        if kind in RESULTS:
            for name, array in named.items():
                path = self._cache.result_path(kind, name)
                # Before the array, without which nobody asks for them.
                files.write_atomically(path.with_suffix(".json"), lambda file: file.write(orjson.dumps(facts or {})))
                files.write_array(path, array)
            return
        with tempfile.TemporaryFile() as file:
            write_bundle(file, named, facts or {})
            file.seek(0)
            self._connection.send("PUT", f"{self._path}/{kind}", file)
        self._known.forget()

    def delete(self, kind: str, name: str) -> None:
        """Remove an array from the server if it is there."""
        stored = self.find(kind, name)
        if stored is not None:
            self._connection.send("DELETE", f"{self._path}/{stored.id}")
            self._known.forget()

    def forget(self) -> None:
        """Ask the server again for what there is."""
        self._known.forget()

    def _result(self, kind: str, name: str) -> StoredArray | None:
        path = self._cache.result_path(kind, name)
        facts_path = path.with_suffix(".json")
        if not (path.exists() and facts_path.exists()):
            return None
        shape = files.read_array(path).shape
        facts = orjson.loads(facts_path.read_bytes())
        # Its name says what it was made from, so that it stands for the content.
        return StoredArray(path.stem[:24], kind, name, path.stem, shape, facts, path.stat().st_mtime_ns // 1_000_000)
