"""Answers that clients ask for again and again."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from al_core.store.revisions import Revision

MOST_BYTES = 32 << 20
"""The tags of 25 datasets of a million samples, with ten tags each."""


@dataclass(frozen=True)
class JsonAnswer:
    """JSON and the ETag by which a client says that it has it already."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, content: Any) -> "JsonAnswer":
        """Return the answer with this content."""
        body = orjson.dumps(content)
        digest = hashlib.blake2b(body, digest_size=16).hexdigest()
        # The quotes are part of an ETag (RFC 9110, section 8.8.3).
        return cls(body, f'"{digest}"')

    def response(self, request: Request) -> Response:
        """Return the answer, or 304 if the client has just this one."""
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers={"ETag": self.etag})
        return Response(self.body, media_type="application/json", headers={"ETag": self.etag})


class Answers:
    """The latest answers of one route, each as long as its dataset has not changed; those asked for last stay longest.

    Args:
        most_bytes: How large they may be together.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._n_bytes = 0
        self._lock = threading.Lock()
        self._by_dataset: OrderedDict[str, tuple[int, JsonAnswer]] = OrderedDict()

    def get(self, revision: Revision, make: Callable[[], JsonAnswer]) -> JsonAnswer:
        """Return the answer for a dataset in this state.

        `make` may read a later state than that of `revision`: the next request then finds another revision and makes
        the answer again. What is returned is never older than the revision.
        """
        with self._lock:
            number, answer = self._by_dataset.get(revision.dataset_id, (None, None))
            if answer is not None and number == revision.number:
                self._by_dataset.move_to_end(revision.dataset_id)
                return answer
        # Without the lock: a large dataset must not make the others wait.
        made = make()
        with self._lock:
            self._store(revision, made)
        return made

    def _store(self, revision: Revision, answer: JsonAnswer) -> None:
        self._drop(revision.dataset_id)
        self._by_dataset[revision.dataset_id] = (revision.number, answer)
        self._n_bytes += len(answer.body)
        # The first is the one that was asked for longest ago.
        while self._n_bytes > self._most_bytes:
            self._drop(next(iter(self._by_dataset)))

    def _drop(self, dataset_id: str) -> None:
        _, answer = self._by_dataset.pop(dataset_id, (None, None))
        self._n_bytes -= len(answer.body) if answer else 0
