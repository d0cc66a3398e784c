"""Semantic segmentation as one array for all images, read one image at a time."""

import math
from pathlib import Path

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.npy import is_npy, npy_header, read_npy
from al_core.formats.files.npz import ArrayArchive, holds_array
from al_core.formats.predictions.map_scale import sums_to_one
from al_core.formats.predictions.maps import Maps, float_map, map_predictions
from al_core.formats.predictions.predictions import Predictions

_DIMENSIONS = 4
_MAX_VALUES_LOOKED_AT = 2**26
"""Larger arrays of three dimensions are not of one image."""


def recognizes_map_array(path: Path, head: bytes) -> bool:
    """Return whether a .npy file, or an array of an .npz file, has four dimensions, or is the map of one image."""
    if not is_npy(path, head):
        return holds_array(path, head, _DIMENSIONS)
    try:
        return len(npy_header(path).shape) == _DIMENSIONS or _is_one_map(path)
    except FileFormatError:
        return False


def _is_one_map(path: Path) -> bool:
    """Return whether a .npy file of three dimensions is C × H × W: passes of a model do not sum to 1 over each other.

    Rows of classes, as (passes, samples, classes), sum to 1 along the last axis, and (H, W, C) does too: that one is
    read as passes, if they are few.
    """
    header = npy_header(path)
    if len(header.shape) != 3 or header.dtype.kind != "f" or math.prod(header.shape) > _MAX_VALUES_LOOKED_AT:
        return False
    values = read_npy(path)
    if sums_to_one(values, 2):
        return False
    # Of one class there is nothing to sum, and nobody averages one pass.
    is_foreground = len(values) == 1 and bool(((values >= 0) & (values <= 1)).all())
    return is_foreground or (len(values) > 1 and sums_to_one(values, 0))


def read_map_array(path: Path, *, choices: ReadingChoices = BY_CONTENT) -> Predictions:
    """Return the probability maps of an array (M, H, W, C) or (M, C, H, W): floats, or 8 or 16 bits for 0 to 1.

    An .npz file may name the images in `filenames` and the classes in `class_names`.

    Args:
        path: The file.
        choices: Whether to apply a softmax to logits.

    Raises:
        FileFormatError: If there is no such array, or it is damaged.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if is_npy(path, head):
        array = read_npy(path)
        if array.ndim == _DIMENSIONS - 1:
            return map_predictions([path.name], Maps(1, lambda image: float_map(array, path.name)), choices=choices)
        if array.ndim != _DIMENSIONS:
            raise FileFormatError(f"{path.name}: expected M × H × W × C or M × C × H × W, found shape {array.shape}")
        return map_predictions(
            None, Maps(len(array), lambda image: float_map(array[image], path.name)), choices=choices
        )
    with ArrayArchive(path) as arrays:
        names = [name for name, header in arrays.headers.items() if len(header.shape) == _DIMENSIONS]
        if len(names) != 1:
            raise FileFormatError(f"{path.name} holds {len(names)} arrays of four dimensions; save one, of all images")
        rows = arrays.rows(names[0])
        maps = Maps(len(rows), lambda image: float_map(rows[image], f"{path.name}, array {names[0]!a}"))
        return map_predictions(arrays.filenames(len(rows)), maps, arrays.texts("class_names"), choices)
