"""How large the compressed buffers of an Arrow stream become, read from its headers (Arrow columnar format 1.5).

pyarrow unpacks a whole record batch at once and allocates what its buffers say they become, so 100 kB can take
gigabytes. The headers are flatbuffers: tables whose fields are found through a table of offsets.
"""

import struct
from typing import TYPE_CHECKING

from al_core.exceptions import FileFormatError

if TYPE_CHECKING:
    import pyarrow as pa

# The kinds of messages by their numbers in the union `MessageHeader` of Arrow's Message.fbs.
_DICTIONARY_BATCH = 2
_RECORD_BATCH = 3
_BUFFER = struct.Struct("<qq")
_LENGTH = struct.Struct("<q")

# The position of each field in its table, from format/Message.fbs.
_HEADER_TYPE = 1
_HEADER = 2
_DATA_OF_DICTIONARY = 1
_BUFFERS = 2
_COMPRESSION = 3


def unpacked_bytes(content: "pa.Buffer", source: str) -> int:
    """Return the bytes that the compressed buffers of a stream unpack to; those that are not compressed take none.

    Args:
        content: The stream, mapped from disk.
        source: The name of the file.

    Raises:
        FileFormatError: If a header is damaged.
    """
    import pyarrow as pa

    total = 0
    messages = pa.ipc.MessageReader.open_stream(pa.BufferReader(content))
    while True:
        try:
            message = messages.read_next_message()
        except StopIteration:
            return total
        try:
            total += _message_bytes(memoryview(message.metadata), message.body)
        except (struct.error, IndexError, ValueError) as error:
            raise FileFormatError(f"{source} is a damaged table (its headers); write it again") from error


def _message_bytes(header: memoryview, body: "pa.Buffer | None") -> int:
    message = _Table(header, _unsigned(header, 0))
    kind = message.byte(_HEADER_TYPE)
    batch = message.table(_HEADER)
    if batch and kind == _DICTIONARY_BATCH:
        batch = batch.table(_DATA_OF_DICTIONARY)
    if not batch or body is None or kind not in (_DICTIONARY_BATCH, _RECORD_BATCH) or not batch.place(_COMPRESSION):
        return 0
    values = memoryview(body)
    # Each compressed buffer begins with its unpacked length, or -1 if it was left as it is.
    buffers = (_BUFFER.unpack_from(header, place) for place in batch.vector(_BUFFERS, _BUFFER.size))
    return sum(max(_LENGTH.unpack_from(values, offset)[0], 0) for offset, n_bytes in buffers if n_bytes)


class _Table:
    """A table of a flatbuffer: where it begins, and where its table of offsets does."""

    def __init__(self, content: memoryview, start: int) -> None:
        self._content = content
        self._start = start
        self._offsets = start - struct.unpack_from("<i", content, start)[0]
        if self._offsets < 0:
            raise ValueError("the table of offsets lies before the header")

    def place(self, field: int) -> int:
        """Return where a field is, or 0 if the table does not have it."""
        at = 4 + 2 * field
        if at >= struct.unpack_from("<H", self._content, self._offsets)[0]:
            return 0
        offset: int = struct.unpack_from("<H", self._content, self._offsets + at)[0]
        return self._start + offset if offset else 0

    def byte(self, field: int) -> int:
        place = self.place(field)
        return self._content[place] if place else 0

    def table(self, field: int) -> "_Table | None":
        place = self.place(field)
        return _Table(self._content, place + _unsigned(self._content, place)) if place else None

    def vector(self, field: int, n_bytes: int) -> range:
        """Return where the entries of a vector of structs are."""
        place = self.place(field)
        if not place:
            return range(0)
        start = place + _unsigned(self._content, place)
        return range(start + 4, start + 4 + n_bytes * _unsigned(self._content, start), n_bytes)


def _unsigned(content: memoryview, place: int) -> int:
    value: int = struct.unpack_from("<I", content, place)[0]
    return value
