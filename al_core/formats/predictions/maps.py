"""Semantic segmentation: maps of class probabilities, read one at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.npy import array_from_bytes
from al_core.formats.files.tree import FileTree, open_tree, tree_names
from al_core.formats.join.finding import note
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.object_masks import ObjectMask
from al_core.formats.predictions.predictions import SEGMENTATION, Predictions
from al_core.types import ProbabilityMap

_QUANTIZED = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}
_TOLERANCE = 0.05
"""How far the classes of a pixel may be from a sum of 1 on average: 8 bits for many classes round that much."""
_LAST, _FIRST = "H × W × C", "C × H × W"

Map = ProbabilityMap


@dataclass(frozen=True)
class Maps(Sequence[Map]):
    """The (H, W, C) maps of M images, each read when it is asked for.

    Attributes:
        n_images: How many.
        read: The position of an image in, its map out.
        read_objects: The position of an image in, the masks out that its map was made of; None if the file has maps.
    """

    n_images: int
    read: Callable[[int], Map]
    read_objects: Callable[[int], list[ObjectMask]] | None = None

    def __len__(self) -> int:
        return self.n_images

    @overload
    def __getitem__(self, image: int) -> Map: ...
    @overload
    def __getitem__(self, image: slice) -> list[Map]: ...
    def __getitem__(self, image: int | slice) -> Map | list[Map]:
        if isinstance(image, slice):
            return [self.read(i) for i in range(*image.indices(len(self)))]
        return self.read(range(len(self))[image])


def recognizes_maps(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds only .npy files and the first has three dimensions."""
    names = tree_names(path, head)
    if not names or not all(name.endswith(".npy") for name in names):
        return False
    return array_from_bytes(open_tree(path).read(names[0]), names[0]).ndim == 3


def read_maps(path: Path) -> Predictions:
    """Return the probability maps of an .npz file, or of a folder, zip or tar of .npy files, named after their images.

    A map is (H, W, C) or (C, H, W), whichever axis sums to 1; floats, or 8 or 16 bits for 0 to 1.

    Raises:
        FileFormatError: Naming the first map that has other dimensions than the first.
    """
    tree = open_tree(path)
    names = [name for name in tree.names if name.endswith(".npy")]
    if not names:
        raise FileFormatError(f"{tree.source} holds no .npy files; expected one map per image")
    return map_predictions([_filename(name) for name in names], Maps(len(names), partial(_read_file, tree, names)))


def map_predictions(
    filenames: Sequence[str] | None, maps: Maps, class_names: Sequence[str] | None = None
) -> Predictions:
    """Return maps as predictions; whether they are (H, W, C) or (C, H, W) is found by which axis sums to 1."""
    first = maps[0]
    layout, evidence = _layout(first)
    if layout == _LAST:
        n_classes = first.shape[2]
        classes_last = maps
    else:
        n_classes = first.shape[0]
        classes_last = Maps(len(maps), lambda image: maps[image].transpose(1, 2, 0))
    return Predictions(
        None if filenames is None else list(filenames),
        numbered_classes(n_classes) if class_names is None else list(class_names),
        classes_last,
        SEGMENTATION,
        findings=(note("map-layout", f"Maps are read as {layout}", evidence),),
    )


def _read_file(tree: FileTree, names: Sequence[str], image: int) -> Map:
    where = f"{tree.source}/{names[image]}"
    return float_map(array_from_bytes(tree.read(names[image]), where), where)


def float_map(values: NDArray[Any], where: str) -> Map:
    """Return a map of floats as it is, one of 8 or 16 bits as floats from 0 to 1.

    Raises:
        FileFormatError: If it has other dimensions or other numbers.
    """
    if values.ndim != 3 or not values.size or (values.dtype.kind != "f" and values.dtype not in _QUANTIZED):
        raise FileFormatError(
            f"{where}: expected H × W × C floats, uint8 or uint16, found {values.dtype} of shape {values.shape}"
        )
    if values.dtype.kind == "f":
        return values
    return values.astype(np.float32) / np.float32(_QUANTIZED[values.dtype])


def _layout(values: Map) -> tuple[str, str]:
    with np.errstate(invalid="ignore", over="ignore"):
        off = {layout: float(np.abs(values.sum(axis=axis) - 1).mean()) for layout, axis in ((_LAST, 2), (_FIRST, 0))}
    for layout, mean in off.items():
        if mean <= _TOLERANCE:
            return layout, "the values along C sum to 1"
    shorter = _LAST if values.shape[2] <= values.shape[0] else _FIRST
    return shorter, "no axis sums to 1, so the shorter one is read as the classes; these may be logits"


def _filename(name: str) -> str:
    bare = name.removesuffix(".npy")
    return bare if Path(bare).suffix.lower() in IMAGE_SUFFIXES else name
