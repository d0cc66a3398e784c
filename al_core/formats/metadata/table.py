"""Numbers and texts known of each sample, such as temperature or place, to filter and color the map by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.arrow_table import is_arrow, is_parquet, read_table, split_filenames
from al_core.formats.files.csv_table import filename_position, number_columns, read_csv_columns, read_csv_header
from al_core.formats.files.filename_rules import check_filename_column
from al_core.formats.files.reader import Reader, choose, registry
from al_core.formats.files.text import looks_like_text
from al_core.formats.files.tree import open_tree, tree_names
from al_core.formats.join.file_rows import FileRows, Wording
from al_core.formats.metadata.text_column import MAX_LENGTH, MAX_TEXTS, TextColumn, text_column

MAX_COLUMNS = 1000
_MAX_DEPTH = 8


@dataclass(frozen=True)
class MetadataTable(FileRows):
    """Metadata of M samples as a file holds it.

    Attributes:
        filenames: (M,) one per row, each once.
        columns: (M,) numbers by name; NaN where the file has no value.
        texts: Columns of texts by name.
        left_out: Why a column is not kept, by name.
    """

    wording = Wording("metadata", "have metadata", "left without values")
    task = "metadata"

    filenames: list[str]
    columns: Mapping[str, NDArray[np.floating]]
    texts: Mapping[str, TextColumn] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


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
        why = "".join(f"; column {name!r}: {reason}" for name, reason in list(table.left_out.items())[:10])
        raise FileFormatError(f"{path.name} has no column of numbers or texts beside the filenames; add one{why}")
    if n_columns > MAX_COLUMNS:
        raise FileFormatError(f"{path.name} has {n_columns:,} columns; at most {MAX_COLUMNS:,} are kept")
    return table


def _read_csv(path: Path) -> MetadataTable:
    header = read_csv_header(path)
    position = filename_position(path.name, header.columns)
    numbers = [column for column in number_columns(path, header) if column != position]
    others = [i for i, name in enumerate(header.columns) if name.strip() and i not in (position, *numbers)]
    (filenames, *texts), values = read_csv_columns(path, header, texts=[position, *others], numbers=numbers)
    columns = {header.columns[i]: cells for i, cells in zip(numbers, values.T, strict=True)}
    return _table(filenames, columns, {header.columns[i]: cells for i, cells in zip(others, texts, strict=True)})


def _read_arrow(path: Path) -> MetadataTable:
    import pyarrow as pa

    filenames, table = split_filenames(path.name, read_table(path))
    columns: dict[str, NDArray[np.floating]] = {}
    texts: dict[str, Any] = {}
    for name in table.column_names:
        column = table.column(name)
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_boolean(kind):
            column, kind = column.cast(pa.uint8()), pa.uint8()
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            columns[name] = column.cast(pa.float64(), safe=False).to_numpy()
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            texts[name] = column.cast(kind)
    others = {name: f"{table.column(name).type} is neither a number nor a text" for name in table.column_names}
    return _table(filenames, columns, texts, {name: why for name, why in others.items() if name not in columns | texts})


def _read_lightly(path: Path) -> MetadataTable:
    tree = open_tree(path)
    names = [name for name in tree.names if name.endswith(".json") and not name.endswith("schema.json")]
    records = [_record(f"{tree.source}/{name}", tree.read(name)) for name in names]
    if not records:
        raise FileFormatError(f"{tree.source} holds no metadata; expected one JSON file per image")
    flat = [dict(_flat(metadata)) for _, metadata in records]
    keys = dict.fromkeys(key for row in flat for key in row)
    numeric = [key for key in keys if all(isinstance(row.get(key), int | float | None) for row in flat)]
    columns = {key: _float_column([row.get(key) for row in flat]) for key in numeric[: MAX_COLUMNS + 1]}
    others = {key: [row.get(key) for row in flat] for key in keys if key not in columns}
    texts = {key: cells for key, cells in others.items() if all(isinstance(cell, str | None) for cell in cells)}
    left_out = {key: "its values are not all numbers or all texts" for key in others if key not in texts}
    return _table([filename for filename, _ in records], columns, texts, left_out)


def _table(
    filenames: list[str],
    columns: Mapping[str, NDArray[np.floating]],
    texts: Mapping[str, Any],
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> MetadataTable:
    found = {name: text_column(cells) for name, cells in texts.items()}
    kept = {name: column for name, column in found.items() if column is not None}
    reason = f"over {MAX_TEXTS:,} different texts, or one of over {MAX_LENGTH} characters"
    return MetadataTable(filenames, columns, kept, {**left_out, **{name: reason for name in found if name not in kept}})


def _record(where: str, content: bytes) -> tuple[str, Mapping[str, Any]]:
    try:
        record = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FileFormatError(f"{where}, line {error.lineno}: not JSON ({error.msg}); write it again") from error
    if isinstance(record, dict):
        filename, metadata = record.get("file_name"), record.get("metadata")
        if isinstance(filename, str) and isinstance(metadata, dict):
            return filename, metadata
    raise FileFormatError(f"{where}: expected a 'file_name' and an object 'metadata'")


def _flat(values: Mapping[str, Any], prefix: str = "", depth: int = 0) -> list[tuple[str, Any]]:
    """Return the values by their path, such as `weather.temperature`."""
    found: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict) and depth < _MAX_DEPTH:
            found += _flat(value, f"{prefix}{key}.", depth + 1)
        else:
            found.append((prefix + key, value))
    return found


def _float_column(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else float(value) for value in values])


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
