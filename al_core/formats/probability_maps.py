"""Semantic segmentation: maps of class probabilities, read one at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.array_file import array_from_bytes
from al_core.formats.file_tree import FileTree, open_tree, tree_names
from al_core.formats.image_path import IMAGE_SUFFIXES
from al_core.formats.predictions import SEGMENTATION, Predictions, numbered_classes

MAX_PIXELS = 2**26
_MAX_VALUES = 2**28
_QUANTISED = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}
_TOLERANCE = 0.05
_LAST, _FIRST = "H × W × C", "C × H × W"

Map = NDArray[np.floating]


class MapFiles(Sequence[Map]):
    """The (H, W, C) maps of an archive or folder of .npy files; each is read when it is asked for."""

    def __init__(self, tree: FileTree, names: list[str], layout: str) -> None:
        self._tree, self._names, self._layout = tree, names, layout

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, image: int) -> Map: ...
    @overload
    def __getitem__(self, image: slice) -> list[Map]: ...
    def __getitem__(self, image: int | slice) -> Map | list[Map]:
        if isinstance(image, slice):
            return [self[i] for i in range(*image.indices(len(self)))]
        values = _read_map(self._tree, self._names[image])
        return values if self._layout == _LAST else values.transpose(1, 2, 0)


class RunLengthMaps(Sequence[Map]):
    """The (1, P, C) maps of images whose masks are run lengths, P being the pixels inside masks; the last mask wins.

    An image without a mask is one pixel that is certain.
    """

    def __init__(self, masks: list[list[tuple[list[int], NDArray[np.float32]]]], n_classes: int) -> None:
        self._masks, self._n_classes = masks, n_classes

    def __len__(self) -> int:
        return len(self._masks)

    @overload
    def __getitem__(self, image: int) -> Map: ...
    @overload
    def __getitem__(self, image: slice) -> list[Map]: ...
    def __getitem__(self, image: int | slice) -> Map | list[Map]:
        if isinstance(image, slice):
            return [self[i] for i in range(*image.indices(len(self)))]
        masks = self._masks[image]
        owner = np.full(max((sum(runs) for runs, _ in masks), default=0), -1, dtype=np.int32)
        for number, (runs, _) in enumerate(masks):
            inside = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
            owner[: len(inside)][inside] = number
        owner = owner[owner >= 0]
        if not len(owner):
            return np.eye(1, self._n_classes, dtype=np.float32)[np.newaxis]
        if len(owner) * self._n_classes > _MAX_VALUES:
            raise FileFormatError(
                f"image {image} has {len(owner):,} pixels of {self._n_classes} classes; scale the masks down"
            )
        distributions = np.array([distribution for _, distribution in masks], dtype=np.float32)
        pixels: Map = distributions[owner][np.newaxis]
        return pixels


def recognises_maps(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds only .npy files and the first has three dimensions."""
    names = tree_names(path, head)
    if not names or not all(name.endswith(".npy") for name in names):
        return False
    return array_from_bytes(open_tree(path).read(names[0]), names[0]).ndim == 3


def read_maps(path: Path) -> Predictions:
    """Return the probability maps of an .npz file, or of a folder, zip or tar of .npy files, named after their images.

    A map is (H, W, C) or (C, H, W), told apart by which sums to 1; floats, or 8 or 16 bits for 0 to 1.

    Raises:
        FileFormatError: Naming the first map that has other dimensions than the first.
    """
    tree = open_tree(path)
    names = [name for name in tree.names if name.endswith(".npy")]
    if not names:
        raise FileFormatError(f"{tree.source} holds no .npy files; expected one map per image")
    first = _read_map(tree, names[0])
    layout, evidence = _layout(first)
    n_classes = first.shape[2 if layout == _LAST else 0]
    findings: dict[str, list[str]] = {f"Maps are read as {layout}: {evidence}": []}
    maps = MapFiles(tree, names, layout)
    return Predictions([_filename(name) for name in names], numbered_classes(n_classes), maps, SEGMENTATION, findings)


def _read_map(tree: FileTree, name: str) -> Map:
    where = f"{tree.source}/{name}"
    values = array_from_bytes(tree.read(name), where)
    if values.ndim != 3 or (values.dtype.kind != "f" and values.dtype not in _QUANTISED):
        raise FileFormatError(
            f"{where}: expected H × W × C floats, uint8 or uint16, found {values.dtype} of shape {values.shape}"
        )
    if values.dtype.kind == "f":
        return values
    return values.astype(np.float32) / np.float32(_QUANTISED[values.dtype])


def _layout(values: Map) -> tuple[str, str]:
    with np.errstate(invalid="ignore", over="ignore"):
        off = {layout: float(np.abs(values.sum(axis=axis) - 1).mean()) for layout, axis in ((_LAST, 2), (_FIRST, 0))}
    for layout, mean in off.items():
        if mean <= _TOLERANCE:
            return layout, "the values along C sum to 1"
    shorter = _LAST if values.shape[2] <= values.shape[0] else _FIRST
    return shorter, "no axis sums to 1, the shorter one is taken for the classes; these may be logits"


def _filename(name: str) -> str:
    bare = name.removesuffix(".npy")
    return bare if Path(bare).suffix.lower() in IMAGE_SUFFIXES else name
