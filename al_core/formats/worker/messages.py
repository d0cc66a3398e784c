"""Messages between a process and its worker: JSON with its length in front, never pickled."""

from typing import IO, Any

import orjson

# Of the length in front of each message.
_LENGTH_BYTES = 8

Message = dict[str, Any]


def send(stream: IO[bytes], message: Message) -> None:
    """Write one message."""
    content = orjson.dumps(message)
    stream.write(len(content).to_bytes(_LENGTH_BYTES, "little") + content)
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """Return the next message, or None if the other side has ended, in the middle of one even."""
    length = stream.read(_LENGTH_BYTES)
    if len(length) < _LENGTH_BYTES:
        return None
    n_bytes = int.from_bytes(length, "little")
    content = stream.read(n_bytes)
    if len(content) < n_bytes:
        return None
    message: Message = orjson.loads(content)
    return message
