import tempfile
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from al_core.exceptions import ServerError
from al_core.remote.cache import Cache
from al_core.remote.recent import Recent
from al_core.store import files, names
from al_core.store.arrays import Arrays
from al_core.store.identity import new_id, now
from al_core.store.kinds import Kind
from al_core.store.records import StoredArray
from al_core.wire.array_bundle import write_bundle
from al_core.wire.connection import Connection

RESULTS = (Kind.PROJECTION, Kind.NEIGHBORS)
"""Kinds that follow from others: kept on this machine, so that reading needs no right to write."""


class RemoteArrays(Arrays):
    """The arrays of a dataset on a server."""

    def __init__(self, connection: Connection, path: str, cache: Cache) -> None:
        self._connection = connection
        self._path = path
        self._cache = cache
        self._results_key = f"{connection.server}{path}"
        self._listed = Recent[list[StoredArray]]()

    def _load(self) -> list[StoredArray]:
        return [_stored_array(record) for record in self._connection.get_if_changed(self._path)]

    def every(self) -> list[StoredArray]:
        """Return the records of what the server has of all kinds, oldest first."""
        return self._listed.get(self._load)

    def all(self, kind: str) -> list[StoredArray]:
        """Return the records of what the server has of a kind, oldest first, then of what was computed here."""
        stored = [stored for stored in self.every() if stored.kind == kind]
        if kind in RESULTS:
            stored += self._cache.results(self._results_key, kind)
        return stored

    def find(self, kind: str, name: str) -> StoredArray | None:
        """Return the record of one array, or None if there is none of that name, there or computed here."""
        # The last one: a result computed here is newer than what the server has under its name.
        return next((stored for stored in reversed(self.all(kind)) if stored.name == name), None)

    def read(self, stored: StoredArray) -> NDArray[Any]:
        """Return the array itself, mapped from disk and read-only; it is fetched once."""
        path = self._cache.result_path(self._results_key, stored)
        if stored.kind in RESULTS and path.exists():
            return files.read_array(path)
        return self._cache.array(stored, lambda file: self._connection.download(f"{self._path}/{stored.id}", file))

    def save(
        self,
        kind: str,
        named: Mapping[str, NDArray[Any]],
        attributes: Mapping[str, Any] | None = None,
        *,
        ids: Mapping[str, str | None] | None = None,
    ) -> list[StoredArray]:
        """Send arrays, which all become visible at once; what follows from others is kept here."""
        if kind in RESULTS:
            return [self._keep(kind, name, array, attributes or {}) for name, array in named.items()]
        with tempfile.TemporaryFile() as file:
            write_bundle(file, named, attributes or {})
            file.seek(0)
            stored = self._connection.send("PUT", f"{self._path}/{kind}", file)
        self._listed.forget()
        return [_stored_array(record) for record in stored]

    def delete(self, kind: str, name: str) -> None:
        """Remove an array from the server if it is there."""
        stored = self.find(kind, name)
        if stored is not None:
            self._connection.send("DELETE", f"{self._path}/{stored.id}")
            self._listed.forget()

    def forget(self) -> None:
        """Ask the server again for what there is."""
        self._listed.forget()

    def _keep(self, kind: str, name: str, array: NDArray[Any], attributes: Mapping[str, Any]) -> StoredArray:
        digest = files.array_digest(array)
        stored = StoredArray(new_id(), kind, name, digest, array.shape, dict(attributes), now())
        self._cache.keep_result(self._results_key, stored, array)
        return stored


def _stored_array(record: Mapping[str, Any]) -> StoredArray:
    # Files of this machine are named after it.
    if not names.ID.fullmatch(str(record["id"])):
        raise ServerError(f"the server named {record['id']!r} as the id of an array")
    return StoredArray(
        id=record["id"],
        kind=record["kind"],
        name=record["name"],
        digest=record["digest"],
        shape=tuple(record["shape"]),
        attributes=record["attributes"],
        created_at=record["created_at"],
        # Servers before 0.3 know no models.
        model_id=record.get("model_id"),
    )
