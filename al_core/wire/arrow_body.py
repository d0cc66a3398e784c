"""Large arrays as bytes of an Arrow file: a few seconds for a million samples where JSON takes minutes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.files.arrow_table import read_stream
from al_core.types import Embeddings, Scores
from al_core.wire.json_values import parse_json

if TYPE_CHECKING:
    from al_core.embedding.checkpoint import EmbeddedImages

EMBEDDING_COLUMNS = ("filename", "embedding")
DIGEST = "digest"
MODEL = "al_core"
"""The key of the schema's metadata that holds the attributes of the model, as JSON."""


def write_columns(file: IO[bytes], columns: Mapping[str, Sequence[float] | Scores]) -> None:
    """Write named columns of equal length."""
    import pyarrow as pa

    arrays = {name: np.asarray(values) for name, values in columns.items()}
    lengths = {name: len(values) for name, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidInputError(f"the columns have different lengths: {lengths}")
    batch = pa.record_batch({name: pa.array(values) for name, values in arrays.items()})
    _write(file, batch)


def read_columns(path: Path) -> dict[str, NDArray[Any]]:
    """Return the columns of a file that `write_columns` wrote.

    Raises:
        FileFormatError: If the file is something else.
    """
    table = _read(path)
    return {name: _numbers(name, table.column(name)) for name in table.column_names}


def write_embeddings(file: IO[bytes], filenames: Sequence[str], embeddings: Embeddings) -> None:
    """Write one row of an embedding per filename."""
    _write(file, _embedding_batch(filenames, embeddings))


def read_embeddings(path: Path) -> tuple[list[str], NDArray[np.float32]]:
    """Return filenames and matrix of a file that `write_embeddings` wrote.

    Raises:
        FileFormatError: If the file is something else.
    """
    return _filenames_and_matrix(_read(path))


def write_images(file: IO[bytes], images: "EmbeddedImages", attributes: Mapping[str, Any]) -> None:
    """Write an embedding with the metadata and digests of its images, and the attributes of the model."""
    import pyarrow as pa

    batch = _embedding_batch(images.filenames, images.embeddings)
    for name, values in images.metadata.items():
        batch = batch.append_column(name, pa.array(values))
    digests = pa.array([row.tobytes() for row in images.digests], pa.binary(images.digests.shape[1]))
    batch = batch.append_column(DIGEST, digests)
    # In the schema, because a column would repeat it for each image.
    _write(file, batch.replace_schema_metadata({MODEL: orjson.dumps(attributes)}))


def read_images(path: Path) -> "tuple[EmbeddedImages, dict[str, Any]]":
    """Return images and the attributes of their model from a file that `write_images` wrote.

    Raises:
        FileFormatError: If the file is something else.
    """
    import pyarrow as pa

    from al_core.embedding.checkpoint import EmbeddedImages

    table = _read(path)
    filenames, matrix = _filenames_and_matrix(table)
    schema_metadata = table.schema.metadata or {}
    attributes = _json_object(schema_metadata.get(MODEL.encode(), b"{}"))
    if DIGEST not in table.column_names or not pa.types.is_fixed_size_binary(table.schema.field(DIGEST).type):
        raise FileFormatError(f"images have the Arrow column {DIGEST} (fixed-size binary) beside their embeddings")
    digest_bytes = b"".join(table.column(DIGEST).to_pylist())
    digests = np.frombuffer(digest_bytes, np.uint8).reshape(len(filenames), -1)
    metadata = {
        name: _numbers(name, table.column(name)).astype(np.float64)
        for name in table.column_names
        if name not in (*EMBEDDING_COLUMNS, DIGEST)
    }
    return EmbeddedImages(filenames, matrix, metadata, digests, ()), attributes


def _embedding_batch(filenames: Sequence[str], embeddings: Embeddings) -> Any:
    import pyarrow as pa

    matrix = np.ascontiguousarray(embeddings, np.float32)
    if matrix.ndim != 2 or len(matrix) != len(filenames):
        raise InvalidInputError(
            f"embeddings of shape {matrix.shape} came for {len(filenames):,} filenames; give one row per filename"
        )
    rows = pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), matrix.shape[1])
    # Large: the offsets of a plain string column end at 2 GB of text.
    names = pa.array(filenames, pa.large_string())
    return pa.record_batch([names, rows], names=list(EMBEDDING_COLUMNS))


def _filenames_and_matrix(table: Any) -> tuple[list[str], NDArray[np.float32]]:
    import pyarrow as pa

    types = {field.name: field.type for field in table.schema}
    embedding: Any = types.get("embedding")
    if types.get("filename") not in (pa.string(), pa.large_string()) or not pa.types.is_fixed_size_list(embedding):
        raise FileFormatError(
            f"an embedding has the Arrow columns filename (string) and embedding (fixed-size list), not {types}"
        )
    # `flatten` heeds the offset of a sliced chunk, and leaves out rows that are null.
    chunks = [chunk.flatten() for chunk in table.column("embedding").chunks]
    values = _numbers("embedding", pa.chunked_array(chunks))
    filenames: list[str] = table.column("filename").to_pylist()
    return filenames, np.asarray(values, np.float32).reshape(len(filenames), embedding.list_size)


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        value = parse_json(text)
    except InvalidInputError as error:
        raise FileFormatError(f"the attributes of an embedding cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise FileFormatError(f"the attributes of an embedding must be a JSON object, not {text[:40]!r}")
    return value


def _write(file: IO[bytes], batch: Any) -> None:
    import pyarrow as pa

    with pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_batch(batch)


def _read(path: Path) -> Any:
    import pyarrow as pa

    try:
        table = read_stream(path)
        # Buffers come from a client: without this, a wrong offset would be read as it is.
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise FileFormatError(f"the body is not an Arrow file: {error}") from error
    return table


def _numbers(name: str, column: Any) -> NDArray[Any]:
    import pyarrow as pa

    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)) or column.null_count:
        raise FileFormatError(f"column '{name}' has numbers without gaps, not {column.type}")
    values: NDArray[Any] = column.to_numpy()
    return values
