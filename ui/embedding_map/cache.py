"""The arrays of maps, kept in memory for the browser to fetch."""

from collections import OrderedDict
from threading import Lock

from al_core.embedding_map.arrays import digest_of

# A map of a million points takes 6 MB: enough for the maps of many sessions.
MAX_CACHE_BYTES = 512 << 20


class ArrayCache:
    """Arrays by digest; those used longest ago go when they take too much memory."""

    def __init__(self, max_bytes: int = MAX_CACHE_BYTES) -> None:
        self.max_bytes = max_bytes
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def add(self, body: bytes, digest: str | None = None) -> str:
        """Make an array available and return the digest under which it is fetched; pass the digest to save its cost."""
        digest = digest or digest_of(body)
        with self._lock:
            self._bodies[digest] = body
            self._bodies.move_to_end(digest)
            while len(self._bodies) > 1 and sum(map(len, self._bodies.values())) > self.max_bytes:
                self._bodies.popitem(last=False)
        return digest

    def find(self, digest: str) -> bytes | None:
        """Return the array of that digest, or None if it is no longer there."""
        with self._lock:
            return self._bodies.get(digest)


CACHE = ArrayCache()
