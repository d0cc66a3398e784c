"""Texts in attributes of an HDF5 file that is not trusted (file format specification 3.0, IV.A.2.m).

Those of variable length are read from the bytes of the file, as in `hdf5_texts`.
"""

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from al_core.exceptions import FileFormatError
from al_core.formats.files.hdf5_texts import REFERENCE, texts_of_references

_MESSAGE = struct.Struct("<BxHHH")
"""Version, and the sizes of name, type and shape, in front of the name."""

_PADDED = 1
_WITH_CHARSET = 3
"""Version 1 fills each part up to eight bytes; version 3 has a byte for the encoding of the name before it."""

_MAX_BYTES = 2**20


def attribute_texts(path: Path, owner: Any, name: str) -> list[str] | None:
    """Return the texts of an attribute: an array of them, or one text with a JSON list or with commas.

    Args:
        path: The file.
        owner: The dataset or group of h5py that may have the attribute.
        name: Of the attribute.

    Returns:
        None if there is no such attribute, or it holds no texts.

    Raises:
        FileFormatError: If a text is not where the file says, or is not UTF-8.
    """
    import h5py

    if name not in owner.attrs:
        return None
    attribute = h5py.h5a.open(owner.id, name.encode())
    kind = h5py.check_string_dtype(attribute.dtype)
    if kind is None or len(attribute.shape) > 1 or attribute.get_storage_size() > _MAX_BYTES:
        return None
    if kind.length is None:
        n_texts = attribute.shape[0] if attribute.shape else 1
        texts = _texts_in(path, name, n_texts)
    else:
        value = owner.attrs[name]
        texts = [_text(entry) for entry in (value.tolist() if attribute.shape else [value])]
    return _listed(texts[0]) if texts and not attribute.shape else texts


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _listed(text: str) -> list[str]:
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        values = text.split(",")
    return [str(value).strip() for value in values] if isinstance(values, list) else []


def _texts_in(path: Path, name: str, n_texts: int) -> list[str] | None:
    """Return the texts of the only attribute of this name and length, None if several differ."""
    where = f"{path.name}, attribute {name!a}"
    candidates: list[list[str]] = []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for start in _values_of(content, name.encode() + b"\0"):
            raw = content[start : start + n_texts * REFERENCE.size]
            try:
                texts = texts_of_references(where, content, REFERENCE.iter_unpack(raw))
            except (FileFormatError, struct.error):
                # The name stands elsewhere in the file too.
                continue
            if len(texts) == n_texts and texts not in candidates:
                candidates.append(texts)
    return candidates[0] if len(candidates) == 1 else None


def _values_of(content: mmap.mmap, name: bytes) -> Iterator[int]:
    """Yield where the values of attributes of this name begin."""
    at = content.find(name)
    while at >= 0:
        for offset in (_MESSAGE.size, _MESSAGE.size + 1):
            if at < offset:
                continue
            version, n_name, n_type, n_shape = _MESSAGE.unpack_from(content, at - offset)
            has_charset = offset > _MESSAGE.size
            is_message = version in (1, 2, 3) and has_charset == (version == _WITH_CHARSET)
            if is_message and n_name == len(name):
                sizes = [n_name, n_type, n_shape]
                if version == _PADDED:
                    # Each is filled up to 8 bytes.
                    sizes = [-(-size // 8) * 8 for size in sizes]
                # The value comes behind name, type and shape.
                yield at + sum(sizes)
        at = content.find(name, at + 1)
