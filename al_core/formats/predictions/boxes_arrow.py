"""Parquet and Arrow with one row per image, whose boxes, scores and classes are lists, as data sets in them have."""

from pathlib import Path
from typing import TYPE_CHECKING

from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_table import is_arrow, is_list, is_parquet, read_stream, read_table
from al_core.formats.files.decoded_size import check_decoded_size
from al_core.formats.predictions.box_columns import filename_column
from al_core.formats.predictions.boxes_json import detection_of_records
from al_core.formats.predictions.predictions import Predictions
from al_core.text import clipped

if TYPE_CHECKING:
    import pyarrow as pa

_BOXES = ("boxes", "bboxes", "bbox")
_SCORES = ("scores", "score", "confidences", "confidence", "object_probabilities")
_OBJECT_BYTES = 64
"""What a number takes as an object of Python's."""


def recognizes_box_lists(path: Path, head: bytes) -> bool:
    """Return whether a Parquet or Arrow file has a column of lists of boxes, and one of lists of scores."""
    import pyarrow as pa
    import pyarrow.parquet

    try:
        if is_parquet(path, head):
            schema = pyarrow.parquet.read_schema(path)
        elif is_arrow(path, head):
            schema = read_stream(path).schema
        else:
            return False
    except MemoryError:
        # Arrow's own is an ArrowException too.
        raise
    except (FileFormatError, pa.ArrowException, OSError, ValueError):
        return False
    types = {name.rpartition(".")[2]: kind for name, kind in _leaves("", schema)}
    lists = {name: kind for name, kind in types.items() if is_list(kind)}
    has_boxes = any(name in lists and is_list(lists[name].value_type) for name in _BOXES)
    return has_boxes and any(name in lists for name in _SCORES)


def read_box_lists(path: Path) -> Predictions:
    """Return the boxes of a table with one row per image: its filename, and lists with an entry per box.

    The lists have the names that records of JSON have, such as `boxes`, `scores` and `labels`, and may be the fields
    of one column, such as `objects`. A column `bbox` has x, y, width and height, as COCO does.

    Raises:
        FileFormatError: Naming the column that is missing, or the first row that does not fit.
    """
    table = read_table(path)
    while any(_is_struct(field.type) for field in table.schema):
        table = table.flatten()
    names = [name.rpartition(".")[2] for name in table.column_names]
    filename = filename_column(names)
    if not filename:
        shown = clipped(table.column_names)
        raise FileFormatError(f"{path.name} has no column of filenames; its columns are {shown}; rename or add one")
    # Images and whatever else is in the table is not wanted as Python's objects.
    wanted = [position for position, column in enumerate(table.columns) if _n_values(column) is not None]
    check_decoded_size(_OBJECT_BYTES * sum(_n_values(table.column(position)) or 0 for position in wanted), path.name)
    columns = {names[position]: table.column(position).to_pylist() for position in wanted}
    filenames = [str(name) for name in columns.pop(filename)]
    rows = zip(*columns.values(), strict=True)
    records = [
        (f"{path.name}, row {number} counting from 0", {name: cell for name, cell in zip(columns, row, strict=True)})
        for number, row in enumerate(rows)
    ]
    return detection_of_records(path.name, filenames, records)


def _leaves(prefix: str, fields: "pa.Schema | pa.StructType") -> "list[tuple[str, pa.DataType]]":
    leaves = []
    for field in fields:
        name = f"{prefix}{field.name}"
        leaves += _leaves(f"{name}.", field.type) if _is_struct(field.type) else [(name, field.type)]
    return leaves


def _is_struct(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_struct(kind))


def _n_values(column: "pa.ChunkedArray") -> int | None:
    """Return how many numbers or texts a column holds, None for bytes such as those of images."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    n_values = len(column)
    while is_list(kind):
        column = pc.list_flatten(column)
        n_values += len(column)
        kind = column.type
    return None if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) else n_values
