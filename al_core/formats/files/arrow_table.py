"""Parquet and Arrow files as tables: filenames, numbers, and columns of lists."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_messages import unpacked_bytes
from al_core.formats.files.csv_table import filename_position
from al_core.formats.files.decoded_size import check_decoded_size, check_ratio
from al_core.formats.files.hugging_face_columns import with_names
from al_core.formats.files.parquet_footer import read_footer
from al_core.formats.files.progress import report

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_BATCH_ROWS = 65_536
_DIFFERENCE_ROWS = 256
"""Texts packed as differences to the one before are read in smaller batches, after each of which their sum tells what
they take."""

_ARROW_FILE = b"ARROW1"
_ARROW_FILE_START = 8
"""The mark at the beginning of an Arrow file, padded."""

_ARROW_STREAM = b"\xff\xff\xff\xff"


def is_parquet(path: Path, head: bytes) -> bool:
    """Return whether a file begins as a Parquet file."""
    return head.startswith(b"PAR1")


def is_arrow(path: Path, head: bytes) -> bool:
    """Return whether a file begins as an Arrow (Feather) file or an Arrow stream."""
    return head.startswith((_ARROW_FILE, _ARROW_STREAM))


def read_table(path: Path) -> "pa.Table":
    """Return the table of a Parquet or Arrow file.

    Raises:
        FileFormatError: If it is damaged, has no rows, or unpacks to far more than its size.
    """
    import pyarrow as pa

    with path.open("rb") as file:
        head = file.read(8)
    try:
        table = read_stream(path) if is_arrow(path, head) else _read_parquet(path)
        # Before anything follows an offset or an index of the file.
        table.validate(full=True)
        # The names of images may be in dictionaries, too.
        table = _without_dictionaries(path, with_names(table))
    except FileFormatError:
        raise
    except MemoryError:
        # Arrow's own is an ArrowException too.
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileFormatError(f"{path.name} is a damaged table ({str(error)[:200]}); write it again") from error
    if not table.num_rows:
        raise FileFormatError(f"{path.name} has no rows; expected one per sample")
    _check_column_names(path, table)
    return table


def _check_column_names(path: Path, table: "pa.Table") -> None:
    # Arrow allows it, and then finds neither column by its name.
    name, count = Counter(table.column_names).most_common(1)[0]
    if count > 1:
        raise FileFormatError(f"{path.name}: column {name!r} occurs {count} times; give every column its own name")


def split_filenames(source: str, table: "pa.Table") -> tuple[list[str], "pa.Table"]:
    """Return the filenames of a table, and the table without them.

    Raises:
        FileFormatError: If there is no such column, or it does not name every row.
    """
    import pyarrow as pa

    position = filename_position(source, table.column_names)
    filenames = table.column(position)
    if pa.types.is_integer(filenames.type):
        filenames = filenames.cast(pa.string())
    if not pa.types.is_string(filenames.type) and not pa.types.is_large_string(filenames.type):
        raise FileFormatError(f"{source}: column {table.column_names[position]!r} is {filenames.type}, expected text")
    if filenames.null_count:
        raise FileFormatError(f"{source}: {filenames.null_count:,} filenames are missing; name every sample")
    return filenames.to_pylist(), table.remove_column(position)


def list_columns(table: "pa.Table") -> list[str]:
    """Return the names of the columns whose cells are lists."""
    return [name for name in table.column_names if is_list(table.column(name).type)]


def list_matrix(source: str, name: str, table: "pa.Table") -> NDArray[np.float32]:
    """Return a column of lists as a (rows, length) matrix.

    Raises:
        FileFormatError: If the lists differ in length or hold something else than numbers.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table.column(name).combine_chunks()
    lengths = pc.unique(pc.fill_null(pc.list_value_length(column), 0)).to_pylist()
    if len(lengths) != 1 or not lengths[0]:
        raise FileFormatError(
            f"{source}: the lists of column {name!r} differ in length or are empty; give the same number in each row"
        )
    try:
        values = column.flatten().cast(pa.float32(), safe=False).to_numpy(zero_copy_only=False)
    except pa.ArrowException as error:
        raise FileFormatError(f"{source}: column {name!r} is {column.type}, expected lists of numbers") from error
    return np.asarray(values.reshape(-1, lengths[0]))


def number_matrix(source: str, table: "pa.Table") -> NDArray[np.float32]:
    """Return all columns of a table as one (rows, columns) matrix.

    Raises:
        FileFormatError: Naming the first column that holds something else than numbers.
    """
    import pyarrow as pa

    # A column of nulls takes nothing in the file.
    check_decoded_size(4 * table.num_rows * table.num_columns, source)
    matrix = np.empty(table.shape, dtype=np.float32)
    for position, name in enumerate(table.column_names):
        try:
            matrix[:, position] = table.column(name).cast(pa.float32(), safe=False).to_numpy()
        except pa.ArrowException as error:
            column_type = table.column(name).type
            # Arrow has several types of text, and which of them a file gets depends on its writer.
            is_text = pa.types.is_string(column_type) or pa.types.is_large_string(column_type)
            content = "text" if is_text else column_type
            raise FileFormatError(f"{source}: column {name!r} is {content}, expected numbers; remove it") from error
    return matrix


def read_stream(path: Path) -> "pa.Table":
    """Return the table of an Arrow file or stream, mapped from disk as far as it is not compressed.

    Raises:
        FileFormatError: If compressed buffers unpack to far more than the size of the file.
    """
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        content = file.read_buffer()
        if content[: len(_ARROW_FILE)].to_pybytes() == _ARROW_FILE:
            # A file is a stream between two marks. Its footer, which may point anywhere, is not needed.
            content = content.slice(_ARROW_FILE_START)
        n_bytes = unpacked_bytes(content, path.name)
        check_ratio(n_bytes, path)
        check_decoded_size(n_bytes, path.name)
        return pa.ipc.open_stream(pa.BufferReader(content)).read_all()


def _read_parquet(path: Path) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.parquet

    text_columns = _text_columns(read_footer(path))
    has_differences = any(text_columns.values())
    # Texts stay in their dictionaries until it is clear what they take without.
    dictionaries = [name for name, encoded in text_columns.items() if not encoded]
    with pyarrow.parquet.ParquetFile(path, read_dictionary=dictionaries) as file:
        n_rows = file.metadata.num_rows
        n_bytes = _declared_bytes(file.metadata)
        check_ratio(n_bytes, path)
        check_decoded_size(n_bytes, path.name)
        n_decoded = 0
        batches: list[pa.RecordBatch] = []
        n_batch_rows = _DIFFERENCE_ROWS if has_differences else _BATCH_ROWS
        for batch in file.iter_batches(n_batch_rows):
            report(len(batches) * n_batch_rows, n_rows)
            # What a file declares may be less than what it holds.
            n_decoded += batch.nbytes
            check_ratio(n_decoded, path)
            batches.append(batch)
        return pa.Table.from_batches(batches, file.schema_arrow)


def _text_columns(metadata: "pq.FileMetaData") -> dict[str, bool]:
    """Return the columns of texts, and whether they are packed as differences, which have no dictionaries."""
    columns: dict[str, bool] = {}
    for number in range(metadata.num_columns):
        column = metadata.schema.column(number)
        if column.physical_type == "BYTE_ARRAY":
            chunks = [metadata.row_group(group).column(number) for group in range(metadata.num_row_groups)]
            encodings = {name for chunk in chunks for name in chunk.encodings}
            # DELTA_BYTE_ARRAY repeats the beginning of the text before: a few bytes may stand for megabytes.
            columns[column.path] = any("DELTA" in name for name in encodings)
    return columns


def _declared_bytes(metadata: "pq.FileMetaData") -> int:
    """Return what the values of all row groups take, texts without repetition."""
    n_bytes = 0
    for number in range(metadata.num_columns):
        column = metadata.schema.column(number)
        # Lists add an offset per list, and two levels of 16 bits per value while they are decoded.
        value_bytes = _value_bytes(column) + (8 if column.max_repetition_level else 0)
        for group in range(metadata.num_row_groups):
            chunk = metadata.row_group(group).column(number)
            n_bytes += chunk.num_values * value_bytes
            if column.physical_type == "BYTE_ARRAY":
                n_bytes += chunk.total_uncompressed_size
    return n_bytes


def _value_bytes(column: "pq.ColumnSchema") -> int:
    if column.physical_type == "FIXED_LEN_BYTE_ARRAY":
        return int(column.length)
    # Booleans are unpacked to a byte each. A text takes the index of its entry in the dictionary.
    return {"DOUBLE": 8, "INT64": 8, "INT96": 8, "BOOLEAN": 1}.get(column.physical_type, 4)


def _without_dictionaries(path: Path, table: "pa.Table") -> "pa.Table":
    """Return the table with each text in its place, where a file may have it once and then only its number."""
    import pyarrow as pa

    encoded = [number for number, field in enumerate(table.schema) if pa.types.is_dictionary(field.type)]
    n_bytes = sum(_repeated_bytes(table.column(number)) for number in encoded)
    check_ratio(n_bytes, path)
    check_decoded_size(n_bytes, path.name)
    for number in encoded:
        column = table.column(number)
        table = table.set_column(number, table.field(number).name, column.cast(_large(column.type.value_type)))
    return table


def _repeated_bytes(column: "pa.ChunkedArray") -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    value_type = column.type.value_type
    is_text = pa.types.is_large_unicode(_large(value_type)) or pa.types.is_large_binary(_large(value_type))
    n_bytes = 8 * len(column)
    for chunk in column.chunks if is_text else ():
        lengths = pc.binary_length(chunk.dictionary).cast(pa.int64())
        n_bytes += pc.sum(pc.take(lengths, chunk.indices)).as_py() or 0
    return n_bytes


def _large(type_: Any) -> Any:
    """Return a type of texts with offsets of 64 bits: those of 32 bits end at 2 GB."""
    import pyarrow as pa

    return {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}.get(type_, type_)


def is_list(type_: Any) -> bool:
    """Return whether an Arrow type is one of lists."""
    import pyarrow as pa

    return bool(pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_))
