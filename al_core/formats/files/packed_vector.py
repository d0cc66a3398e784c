"""Vectors in JSON: lists of numbers, or the compressed arrays that FiftyOne writes."""

import base64
import binascii
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.npy import array_from_bytes
from al_core.formats.files.records import float_list

MAX_VECTOR_BYTES = 2**22


def vector_of(where: str, value: Any) -> NDArray[np.float32]:
    """Return a vector, (D,).

    Args:
        where: Its place in the file, for messages.
        value: A list of numbers, or the base64 text of a compressed .npy file, alone or as MongoDB's JSON has it.

    Raises:
        FileFormatError: If it is neither.
    """
    if isinstance(value, dict) and isinstance(value.get("$binary"), dict):
        value = value["$binary"].get("base64")
    if isinstance(value, str):
        return _unpacked(where, value)
    with np.errstate(over="ignore"):
        return np.array(float_list(where, value), dtype=np.float32)


def _unpacked(where: str, text: str) -> NDArray[np.float32]:
    unpacker = zlib.decompressobj()
    try:
        # No more than this, however much it would unpack to.
        content = unpacker.decompress(base64.b64decode(text, validate=True), MAX_VECTOR_BYTES)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise FileFormatError(f"{where}: the vector is neither a list nor a compressed array ({error})") from error
    vector = array_from_bytes(content, where)
    if vector.ndim != 1 or vector.dtype.kind != "f":
        raise FileFormatError(f"{where}: expected a vector of floats, found {vector.dtype} of shape {vector.shape}")
    with np.errstate(over="ignore"):
        return vector.astype(np.float32)
