"""One request to a worker and what is said until its answer."""

import queue
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

from al_core import exceptions
from al_core.exceptions import FileFormatError
from al_core.formats.files.decoded_size import VARIABLE
from al_core.formats.predictions.maps import Map
from al_core.formats.predictions.object_masks import ObjectMask
from al_core.formats.worker.budget import Budget
from al_core.formats.worker.messages import Message
from al_core.formats.worker.process import Worker
from al_core.formats.worker.turn import POLL_SECONDS, Turn
from al_core.formats.worker.values import Decoder, Encoder
from al_core.types import Progress

_CLOCK_PER_PROCESSOR = 5
"""A busy machine gives a process a part of a core: the clock ends a file that much later than its processor time."""

_REMEDIES = {
    "memory": f"split it, or set {VARIABLE} higher if it is right",
    "time": f"split it, or set {VARIABLE} higher if it is right",
    "crash": "it is damaged: write it again",
}


class Conversation:
    """One request and its answer.

    Args:
        worker: Who reads.
        source: The name of the file, for messages.
        budget: What it may cost to begin with.
        progress: Called as by the reader, and in between; it may raise to stop the reading.

    Attributes:
        is_answered: Whether the worker has nothing more to say, and can take the next request.
        has_maps: Whether the answer has probability maps, which the worker still holds.
    """

    def __init__(self, worker: Worker, source: str, budget: Budget, progress: Progress | None = None) -> None:
        self._worker = worker
        self._source = source
        self._budget = budget
        self._turn = Turn()
        self._progress = progress
        self._latest = (0, 0)
        self._deadline = 0.0
        self.is_answered = False
        self.has_maps = False

    def ask(self, call: str, arguments: Any) -> Any:
        """Return what the worker returns.

        Raises:
            ALCoreError: As the reader does, and FileFormatError if the file exceeds its budget.
        """
        folder = Path(tempfile.mkdtemp(prefix="al_core-"))
        try:
            self._turn.take(self._budget, self._poll)
            request = {
                "call": call,
                "arguments": Encoder(folder).encode(arguments),
                "folder": str(folder),
                "decoded_bytes": self._budget.decoded_bytes,
                "is_reported": self._progress is not None,
            }
            self._worker.send(request)
            self._renew_deadline()
            content = self._answer()
            maps = _MapsOfWorker(self._worker, self._source, self._budget)
            decoder = Decoder(folder, maps.read, maps.read_objects)
            value = decoder.decode(content)
            self.has_maps = decoder.has_maps
            return value
        finally:
            self._turn.release()
            if not self.is_answered:
                # Canceled, over its budget, or worse: nobody waits for the rest of the answer.
                self._worker.close()
            shutil.rmtree(folder, ignore_errors=True)

    def _answer(self) -> Any:
        while True:
            message = self._next_message()
            if "progress" in message:
                done, total = message["progress"]
                self._latest = (done, total)
                self._poll()
            elif "decoded_bytes" in message:
                self._grant(message["decoded_bytes"])
            else:
                self.is_answered = True
                return self._outcome(message)

    def _next_message(self) -> Message:
        while True:
            try:
                message = self._worker.receive(POLL_SECONDS)
            except queue.Empty:
                self._poll()
                if time.monotonic() > self._deadline:
                    self._refuse("time")
                continue
            if message is None:
                self._refuse(self._worker.reason_of_end())
            return message

    def _poll(self) -> None:
        if self._progress:
            self._progress(*self._latest)

    def _grant(self, decoded_bytes: int) -> None:
        self._budget = self._budget.with_bytes(decoded_bytes)
        self._turn.take(self._budget, self._poll)
        self._worker.send({"is_granted": True})
        self._renew_deadline()

    def _renew_deadline(self) -> None:
        self._deadline = time.monotonic() + _CLOCK_PER_PROCESSOR * self._budget.seconds

    def _outcome(self, message: Message) -> Any:
        if "value" in message:
            return message["value"]
        if "error" in message:
            raise getattr(exceptions, message["error"])(message["message"])
        if "errno" in message:
            raise OSError(message["errno"], message["message"])
        if "failure" in message:
            raise FileFormatError(f"{self._source} cannot be read ({message['failure']}); write it again")
        self._refuse("memory")

    def _refuse(self, reason: str) -> NoReturn:
        what = {
            "memory": f"takes more than {self._budget.memory_bytes / 1e6:,.0f} MB of memory to read",
            "time": f"takes more than {self._budget.seconds:,} s to read",
            "crash": "ends the process that reads it",
        }[reason]
        raise FileFormatError(f"{self._source} {what}; {_REMEDIES[reason]}")


class _MapsOfWorker:
    """Asks the worker that has read a file for its probability maps, one at a time."""

    def __init__(self, worker: Worker, source: str, budget: Budget) -> None:
        self._worker = worker
        self._source = source
        self._budget = budget
        self._lock = threading.Lock()

    def read(self, image: int) -> Map:
        """Return the map of an image."""
        with self._lock:
            conversation = Conversation(self._worker, self._source, self._budget)
            probability_map: Map = conversation.ask("map", image)
            return probability_map

    def read_objects(self, image: int) -> list[ObjectMask]:
        """Return the masks that the map of an image was made of."""
        with self._lock:
            conversation = Conversation(self._worker, self._source, self._budget)
            return [ObjectMask(*mask) for mask in conversation.ask("objects", image)]
