"""The process that reads files: started by `al_core.formats.worker.process`, never imported by it."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from al_core.exceptions import ALCoreError
from al_core.formats.files.decoded_size import announced_to
from al_core.formats.labels.labeled_filenames import read_labeled_filenames
from al_core.formats.labels.readers import read_labels
from al_core.formats.metadata.table import read_metadata
from al_core.formats.names.class_names import read_class_names
from al_core.formats.names.filenames import read_filenames
from al_core.formats.prediction_files import read_prediction_files, recognize
from al_core.formats.predictions.maps import Maps
from al_core.formats.predictions.scores import read_scores
from al_core.formats.readers import read_embeddings, read_predictions
from al_core.formats.worker.budget import Budget
from al_core.formats.worker.limits import Limits
from al_core.formats.worker.messages import Message, receive, send
from al_core.formats.worker.values import Decoder, Encoder

_CALLS: dict[str, Callable[..., Any]] = {
    "class-names": read_class_names,
    "embeddings": read_embeddings,
    "filenames": read_filenames,
    "labeled-filenames": read_labeled_filenames,
    "labels": read_labels,
    "metadata": read_metadata,
    "prediction-files": read_prediction_files,
    "predictions": read_predictions,
    "recognize": recognize,
    "scores": read_scores,
}


_NO_MEMORY_OF_ORJSON = ("Not enough memory to allocate buffer for parsing", "memory allocation failed")
"""orjson says so in a JSONDecodeError, and not by a MemoryError; the latter before version 3.11."""


class Child:
    """Answers one request after the other.

    Args:
        requests: Where they come from; at its end the process ends.
        replies: Where the answers go.
        limits: Hold this process to the budget of each file.
    """

    def __init__(self, requests: IO[bytes], replies: IO[bytes], limits: Limits) -> None:
        self._requests = requests
        self._replies = replies
        # Arrow reports progress from threads of its own.
        self._lock = threading.Lock()
        self._limits = limits
        self._budget = Budget(0)
        self._maps: Maps | None = None
        self._percent = -1

    def serve(self) -> None:
        """Answer until nobody asks any more."""
        while request := receive(self._requests):
            self._send(self._answer(request))

    def _answer(self, request: Message) -> Message:
        self._budget = Budget(request["decoded_bytes"])
        self._limits.begin()
        self._limits.apply(self._budget)
        try:
            with announced_to(self._ask_for):
                return self._value(request)
        # A file may make a reader fail in a way that nobody thought of, and the next file is to be read still.
        except Exception as error:  # noqa: BLE001 - it goes to the process that asked
            return _failure(error)

    def _value(self, request: Message) -> Message:
        encoder = Encoder(Path(request["folder"]))
        if request["call"] == "map":
            assert self._maps is not None  # only who was given maps asks for one
            return {"value": encoder.encode(self._maps[request["arguments"]])}
        if request["call"] == "objects":
            assert self._maps is not None
            assert self._maps.read_objects is not None  # likewise
            return {"value": encoder.encode(self._maps.read_objects(request["arguments"]))}
        positional, named = Decoder(Path(), self._no_map, self._no_map).decode(request["arguments"])
        if request["is_reported"]:
            named["progress"] = self._report
        self._percent = -1
        value = _CALLS[request["call"]](*positional, **named)
        content = encoder.encode(value)
        self._maps = encoder.maps
        return {"value": content}

    @staticmethod
    def _no_map(_: int) -> Any:
        raise LookupError("arguments hold no maps")

    def _ask_for(self, n_bytes: int) -> None:
        if n_bytes <= self._budget.decoded_bytes:
            return
        self._send({"decoded_bytes": n_bytes})
        # Large files take turns: the answer comes when it is this one's.
        if receive(self._requests) is None:
            sys.exit()
        self._budget = self._budget.with_bytes(n_bytes)
        self._limits.apply(self._budget)

    def _report(self, done: int, total: int) -> None:
        percent = 100 * done // max(total, 1)
        if percent != self._percent:
            self._percent = percent
            self._send({"progress": [done, total]})

    def _send(self, message: Message) -> None:
        with self._lock:
            try:
                send(self._replies, message)
            except TypeError as error:
                # orjson refuses texts with half a surrogate pair, which no file of ours may hold.
                reason = f"a text that is not Unicode ({error})"
                send(self._replies, {"failure": reason})


def _failure(error: Exception) -> Message:
    if isinstance(error, MemoryError) or any(reason in str(error) for reason in _NO_MEMORY_OF_ORJSON):
        return {"is_out_of_memory": True}
    if isinstance(error, ALCoreError):
        return {"error": type(error).__name__, "message": str(error)}
    if isinstance(error, OSError):
        return {"errno": error.errno, "message": error.strerror or str(error)}
    # The log gets the traceback, the user a sentence.
    sys.excepthook(type(error), error, error.__traceback__)
    return {"failure": f"{type(error).__name__}: {str(error)[:200]}"}


def main() -> None:
    """Serve on the standard streams; what libraries print goes to the errors."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        Child(sys.stdin.buffer, replies, Limits()).serve()


if __name__ == "__main__":
    main()
