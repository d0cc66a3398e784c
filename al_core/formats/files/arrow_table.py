"""Parquet and Arrow files as tables: filenames, numbers, and columns of lists."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.csv_table import filename_position
from al_core.formats.files.progress import report
from al_core.formats.files.tree import check_ratio

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 65_536
_ARROW_FILE = b"ARROW1"
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
        table = _read_arrow(path, head) if is_arrow(path, head) else _read_parquet(path)
        table.validate(full=True)
    except FileFormatError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileFormatError(f"{path.name} is a damaged table ({str(error)[:200]}); write it again") from error
    if not table.num_rows:
        raise FileFormatError(f"{path.name} has no rows; expected one per sample")
    return table


def split_filenames(source: str, table: "pa.Table") -> tuple[list[str], "pa.Table"]:
    """Return the filenames of a table, and the table without them.

    Raises:
        FileFormatError: If there is no such column, or it does not name every row.
    """
    import pyarrow as pa

    position = filename_position(source, table.column_names)
    filenames = table.column(position)
    if not pa.types.is_string(filenames.type) and not pa.types.is_large_string(filenames.type):
        raise FileFormatError(f"{source}: column {table.column_names[position]!r} is {filenames.type}, expected text")
    if filenames.null_count:
        raise FileFormatError(f"{source}: {filenames.null_count:,} filenames are missing; name every sample")
    return filenames.to_pylist(), table.remove_column(position)


def list_columns(table: "pa.Table") -> list[str]:
    """Return the names of the columns whose cells are lists."""
    return [name for name in table.column_names if _is_list(table.column(name).type)]


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

    matrix = np.empty(table.shape, dtype=np.float32)
    for position, name in enumerate(table.column_names):
        try:
            matrix[:, position] = table.column(name).cast(pa.float32(), safe=False).to_numpy()
        except pa.ArrowException as error:
            found = table.column(name).type
            raise FileFormatError(f"{source}: column {name!r} is {found}, expected numbers; remove it") from error
    return matrix


def _read_arrow(path: Path, head: bytes) -> "pa.Table":
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        opened = pa.ipc.open_file(file) if head.startswith(_ARROW_FILE) else pa.ipc.open_stream(file)
        return opened.read_all()


def _read_parquet(path: Path) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        n_rows = file.metadata.num_rows
        check_ratio(n_rows * file.metadata.num_columns * 4, path)
        batches: list[pa.RecordBatch] = []
        for batch in file.iter_batches(_BATCH_ROWS):
            report(len(batches) * _BATCH_ROWS, n_rows)
            batches.append(batch)
        return pa.Table.from_batches(batches, file.schema_arrow)


def _is_list(type_: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_))
