import contextlib

import numpy as np
import pyarrow as pa
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_messages import unpacked_bytes


def stream(table: pa.Table, compression: str | None) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table)
    return sink.getvalue()


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
def test_the_headers_say_what_compressed_buffers_unpack_to(compression: str | None) -> None:
    content = stream(pa.table({"x": np.zeros(100_000)}), compression)
    assert content.size < 10_000
    assert unpacked_bytes(content, "x.arrow") == 800_000


def test_the_entries_of_a_dictionary_count_too() -> None:
    texts = pa.array(["x" * 100_000, "y"]).dictionary_encode()
    # 100,001 characters, 3 offsets of 4 bytes and 2 indices of 4 bytes.
    assert unpacked_bytes(stream(pa.table({"t": texts}), "zstd"), "x.arrow") == 100_001 + 12 + 8


def test_buffers_that_are_not_compressed_take_nothing() -> None:
    assert unpacked_bytes(stream(pa.table({"x": np.zeros(100_000)}), None), "x.arrow") == 0


def test_a_header_damaged_anywhere_is_read_or_refused() -> None:
    content = stream(pa.table({"x": np.zeros(1_000)}), "zstd").to_pybytes()
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        with contextlib.suppress(FileFormatError, pa.ArrowException, OSError):
            assert unpacked_bytes(pa.py_buffer(bytes(damaged)), "x.arrow") >= 0
