"""JSON with one vector per image, also as FiftyOne writes it."""

import posixpath
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.files.packed_vector import vector_of
from al_core.formats.files.reader import HEAD_BYTES
from al_core.formats.files.records import Record, begins_with_records, read_records
from al_core.formats.files.text import read_json

_KEYS = ("embedding", "embeddings", "vector", "features", "emb", "values")
_BY_NAME = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"((?:[^"\\]|\\.){1,4000})"\s*:\s*\[\s*-?\d')


def recognizes_embeddings_json(path: Path, head: bytes) -> bool:
    """Return whether a file begins with JSON records that have an embedding."""
    return begins_with_records(head, *_KEYS) or _is_by_name(head)


def read_embeddings_json(path: Path) -> EmbeddingTable:
    """Return the embeddings of a JSON list, JSON Lines or FiftyOne `samples.json`: filename or filepath, vector.

    Or of an object of vectors by filename, of lists of filenames and vectors, or what Qdrant, Milvus and Pinecone have.

    A vector is a list of numbers, or compressed as FiftyOne does. Absolute paths become relative to the folder that
    holds all of them.

    Raises:
        FileFormatError: Naming line or record of the first one that does not fit.
    """
    with path.open("rb") as file:
        is_by_name = _is_by_name(file.read(HEAD_BYTES))
    if is_by_name:
        by_name = read_json(path)
        filenames = list(by_name)
        records: list[Record] = [(f"{path.name}, {name!a:.80}", {_KEYS[0]: vector}) for name, vector in by_name.items()]
    else:
        filenames, records, _ = read_records(path)
    vectors = [_vector(record) for record in records]
    length = len(vectors[0])
    for (where, _), vector in zip(records, vectors, strict=True):
        if len(vector) != length or not length:
            raise FileFormatError(f"{where} has a vector of {len(vector)} numbers, the first has {length}")
    return EmbeddingTable(_relative(filenames), np.stack(vectors))


def _is_by_name(head: bytes) -> bool:
    """Return whether JSON begins as an object of vectors by filename, and not as a record that has one."""
    match = _BY_NAME.match(head)
    return match is not None and match[1].decode(errors="replace").lower() not in _KEYS


def _vector(record: Record) -> NDArray[np.float32]:
    where, content = record
    value = next((content[key] for key in _KEYS if content.get(key) is not None), None)
    return vector_of(where, value)


def _relative(filenames: list[str]) -> list[str]:
    if not all(name.startswith("/") for name in filenames):
        return filenames
    folder = posixpath.commonpath([posixpath.dirname(name) for name in filenames])
    return [posixpath.relpath(name, folder) for name in filenames]
