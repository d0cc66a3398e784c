from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.csv_table import filename_position
from al_core.formats.file_tree import check_ratio
from al_core.formats.predictions import Predictions, numbered_classes

if TYPE_CHECKING:
    import pyarrow as pa


def is_parquet(path: Path, head: bytes) -> bool:
    """Return whether a file begins as a Parquet file."""
    return head.startswith(b"PAR1")


def read_classification_parquet(path: Path) -> Predictions:
    """Return the class probabilities of a Parquet file: `filename` and one column per class, or one column of lists.

    Raises:
        FileFormatError: Naming the column that is missing or no numbers.
    """
    import pyarrow as pa

    table = _read_table(path)
    position = filename_position(path.name, table.column_names)
    filenames = table.column(position)
    if not pa.types.is_string(filenames.type) and not pa.types.is_large_string(filenames.type):
        raise FileFormatError(
            f"{path.name}: column {table.column_names[position]!r} is {filenames.type}, expected text"
        )
    if filenames.null_count:
        raise FileFormatError(f"{path.name}: {filenames.null_count:,} filenames are missing; name every sample")
    others = table.remove_column(position)
    return _from_columns(path.name, filenames.to_pylist(), others)


def _read_table(path: Path) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            check_ratio(file.metadata.num_rows * file.metadata.num_columns * 4, path)
            table = file.read()
        table.validate(full=True)
    except FileFormatError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileFormatError(f"{path.name} is a damaged Parquet file ({str(error)[:200]}); write it again") from error
    if not table.num_rows:
        raise FileFormatError(f"{path.name} has no rows; expected one per sample")
    return table


def _from_columns(source: str, filenames: list[str], table: "pa.Table") -> Predictions:
    import pyarrow as pa

    lists = [name for name in table.column_names if _is_list(table.column(name).type)]
    if len(lists) == 1:
        matrix = _list_matrix(source, lists[0], table.column(lists[0]).combine_chunks())
        return Predictions(filenames, numbered_classes(matrix.shape[1]), matrix)
    if lists or not table.num_columns:
        raise FileFormatError(f"{source}: expected one column of probabilities per class, or one column of lists")
    matrix = np.empty(table.shape, dtype=np.float32)
    for position, name in enumerate(table.column_names):
        try:
            matrix[:, position] = table.column(name).cast(pa.float32(), safe=False).to_numpy()
        except pa.ArrowException as error:
            found = table.column(name).type
            raise FileFormatError(f"{source}: column {name!r} is {found}, expected numbers; remove it") from error
    return Predictions(filenames, list(table.column_names), matrix)


def _is_list(type_: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_))


def _list_matrix(source: str, name: str, column: "pa.ListArray") -> np.ndarray:
    import pyarrow as pa
    import pyarrow.compute as pc

    lengths = pc.unique(pc.fill_null(pc.list_value_length(column), 0)).to_pylist()
    if len(lengths) != 1 or not lengths[0]:
        raise FileFormatError(
            f"{source}: the lists of column {name!r} differ in length or are empty; give one number per class"
        )
    try:
        values = column.flatten().cast(pa.float32(), safe=False).to_numpy(zero_copy_only=False)
    except pa.ArrowException as error:
        raise FileFormatError(f"{source}: column {name!r} is {column.type}, expected lists of numbers") from error
    return np.asarray(values.reshape(-1, lengths[0]))
