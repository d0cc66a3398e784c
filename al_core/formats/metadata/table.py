"""Metadata of each sample, numbers and texts such as temperature or place, to filter and color the map by."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_table import is_arrow, is_parquet, read_table, split_filenames
from al_core.formats.files.csv_table import (
    CsvHeader,
    csv_rows,
    filename_position,
    number_columns,
    read_csv_columns_as,
    read_csv_header,
)
from al_core.formats.files.envelope import reads_envelopes
from al_core.formats.files.filename_rules import check_filename_column
from al_core.formats.files.reader import Reader, choose, registry
from al_core.formats.files.text import looks_like_text, parse_json
from al_core.formats.files.tree import announce_texts, open_tree, tree_names
from al_core.formats.join.file_rows import FileRows, Wording
from al_core.formats.metadata.text_column import MAX_LENGTH, MAX_TEXTS, TextColumn, text_column

MAX_COLUMNS = 1000
_ROWS_TO_TELL_CODES = 100
_CODE = re.compile(r"0\d+")

_MAX_DEPTH = 8
"""How deep objects are looked into; what lies deeper is left out."""


@dataclass(frozen=True)
class MetadataTable(FileRows):
    """Metadata of M samples as a file holds it.

    Attributes:
        filenames: (M,) one per row, each once.
        columns: (M,) numbers by name; NaN where the file has no value.
        texts: Columns of texts by name.
        left_out: Why a column is not read, by name.
    """

    wording = Wording("metadata", "have metadata", "left without values")
    task = "metadata"

    filenames: list[str]
    columns: Mapping[str, NDArray[np.floating]]
    texts: Mapping[str, TextColumn] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    def differ(self, first: int, later: int) -> bool:
        """Return whether two rows of one sample, such as those of a.jpg and a.png, have different values."""
        columns: list[NDArray[Any]] = [*self.columns.values(), *(column.codes for column in self.texts.values())]
        return any(not np.array_equal(values[first], values[later], equal_nan=True) for values in columns)


@reads_envelopes
def read_metadata(path: Path) -> MetadataTable:
    """Return the columns of numbers and of texts of a file; others are named in `left_out`.

    Args:
        path: A file or folder of one of the formats in `METADATA_READERS`.

    Raises:
        FileFormatError: If the file is of another format or damaged, or holds no such column.
        NotFoundError: If there is no such file.
    """
    path = Path(path)
    table = choose(path, METADATA_READERS).read(path)
    check_filename_column(table.filenames, path.name, unique=True)
    n_columns = len(table.columns) + len(table.texts)
    if not n_columns:
        first = islice(table.left_out.items(), 10)
        reasons = "".join(f"; column {name!r}: {reason}" for name, reason in first)
        raise FileFormatError(f"{path.name} has no column of numbers or texts beside the filenames; add one{reasons}")
    if n_columns > MAX_COLUMNS:
        raise FileFormatError(f"{path.name} has {n_columns:,} columns; at most {MAX_COLUMNS:,} are stored")
    return table


def _read_csv(path: Path) -> MetadataTable:
    header = read_csv_header(path)
    position = filename_position(path.name, header.columns)
    # Asked first: it says what is wrong with rows that are not CSV.
    numeric = set(number_columns(path, header)) - {position}
    numbers = sorted(numeric - _columns_of_codes(path, header))
    others = [
        column
        for column, name in enumerate(header.columns)
        if name.strip() and column != position and column not in numbers
    ]
    # Dates such as 20240131 are no float32.
    (filenames, *texts), values = read_csv_columns_as(
        np.dtype(np.float64), path, header, texts=[position, *others], numbers=numbers
    )
    return _table(
        filenames,
        {header.columns[column]: cells for column, cells in zip(numbers, values.T, strict=True)},
        {header.columns[column]: cells for column, cells in zip(others, texts, strict=True)},
        {},
    )


def _columns_of_codes(path: Path, header: CsvHeader) -> set[int]:
    """Return the columns in whose first rows a number has zeros in front, as postal codes and patients' ids have."""
    rows = islice(csv_rows(path, header), _ROWS_TO_TELL_CODES)
    return {column for _, cells in rows for column, cell in enumerate(cells) if _CODE.fullmatch(cell.strip())}


def _read_arrow(path: Path) -> MetadataTable:
    import pyarrow as pa

    filenames, table = split_filenames(path.name, read_table(path))
    columns: dict[str, NDArray[np.floating]] = {}
    texts: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    for name in table.column_names:
        column = table.column(name)
        kind = column.type
        if pa.types.is_boolean(kind):
            # Arrow has no cast from truth values to floats.
            columns[name] = column.cast(pa.uint8()).to_numpy().astype(np.float64)
        elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
            columns[name] = column.cast(pa.float64(), safe=False).to_numpy()
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            texts[name] = column
        else:
            left_out[name] = f"{column.type} is neither a number nor a text"
    return _table(filenames, columns, texts, left_out)


def _read_lightly(path: Path) -> MetadataTable:
    tree = open_tree(path)
    names = [name for name in tree.names if name.endswith(".json") and not name.endswith("schema.json")]
    if not names:
        raise FileFormatError(f"{tree.source} holds no metadata; expected one JSON file per image")
    announce_texts(tree, names)
    filenames: list[str] = []
    rows: list[dict[str, Any]] = []
    for name in names:
        filename, metadata = _record(f"{tree.source}/{name}", tree.read(name))
        filenames.append(filename)
        rows.append(dict(_paths_and_values(metadata)))
    return _table_of_values(filenames, rows)


def _table_of_values(filenames: list[str], rows: Sequence[Mapping[str, Any]]) -> MetadataTable:
    """Return a table of values as JSON has them; a column is of numbers or of texts if all its values are."""
    columns: dict[str, NDArray[np.floating]] = {}
    texts: dict[str, list[str | None]] = {}
    left_out: dict[str, str] = {}
    for key in dict.fromkeys(key for row in rows for key in row):
        cells = [row.get(key) for row in rows]
        # One column more than is stored is enough to refuse the file.
        if all(isinstance(cell, int | float | None) for cell in cells) and len(columns) <= MAX_COLUMNS:
            columns[key] = np.array([np.nan if cell is None else float(cell) for cell in cells])
        elif all(isinstance(cell, str | None) for cell in cells):
            texts[key] = cells
        else:
            left_out[key] = "its values are not all numbers or all texts"
    return _table(filenames, columns, texts, left_out)


def _table(
    filenames: list[str],
    columns: Mapping[str, NDArray[np.floating]],
    texts: Mapping[str, Any],
    left_out: Mapping[str, str],
) -> MetadataTable:
    text_columns: dict[str, TextColumn] = {}
    reasons = dict(left_out)
    for name, cells in texts.items():
        column = text_column(cells)
        if column is None:
            reasons[name] = f"over {MAX_TEXTS:,} different texts, or one of over {MAX_LENGTH} characters"
        else:
            text_columns[name] = column
    return MetadataTable(filenames, columns, text_columns, reasons)


def _record(where: str, content: bytes) -> tuple[str, Mapping[str, Any]]:
    try:
        record = parse_json(content)
    except orjson.JSONDecodeError as error:
        raise FileFormatError(f"{where}, line {error.lineno}: not JSON ({error.msg}); write it again") from error
    if isinstance(record, dict):
        filename = record.get("file_name")
        metadata = record.get("metadata")
        if isinstance(filename, str) and isinstance(metadata, dict):
            return filename, metadata
    raise FileFormatError(f"{where}: expected a 'file_name' and an object 'metadata'")


def _paths_and_values(values: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield the values by their path, such as `weather.temperature`."""
    for key, value in values.items():
        if isinstance(value, dict) and depth < _MAX_DEPTH:
            yield from _paths_and_values(value, f"{prefix}{key}.", depth + 1)
        else:
            yield prefix + key, value


def _is_csv(path: Path, head: bytes) -> bool:
    return looks_like_text(head) and head.lstrip()[:1] not in b"[{<"


def _is_lightly(path: Path, head: bytes) -> bool:
    return any(name.endswith(".json") for name in tree_names(path, head))


_ZIPPED = (".zip", ".tar", ".tgz", ".gz")

METADATA_READERS = registry(
    Reader(
        "parquet",
        "Parquet",
        "A column filename and columns of numbers or texts",
        (".parquet",),
        is_parquet,
        _read_arrow,
    ),
    Reader("arrow", "Arrow", "Feather or Arrow stream: the same", (".arrow", ".feather"), is_arrow, _read_arrow),
    Reader(
        "lightly",
        "Lightly custom metadata",
        "One JSON file per image with file_name and metadata; a folder, zip or tar",
        _ZIPPED,
        _is_lightly,
        _read_lightly,
    ),
    Reader("csv", "CSV", "A column filename and columns of numbers or texts", (".csv", ".tsv"), _is_csv, _read_csv),
)
