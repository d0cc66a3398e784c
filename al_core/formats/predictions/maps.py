"""Semantic segmentation: maps of class probabilities, read one at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.npy import array_from_bytes
from al_core.formats.files.tree import FileTree, open_tree, tree_names
from al_core.formats.join.finding import note
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.map_scale import MAPS_LOOKED_AT, conversion, map_scale, sums_to_one
from al_core.formats.predictions.object_masks import ObjectMask
from al_core.formats.predictions.predictions import SEGMENTATION, Predictions
from al_core.types import ProbabilityMap

_QUANTIZED = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}
_LAST = "H × W × C"
_FIRST = "C × H × W"
_PICTURES = (".png", ".bmp", ".tif", ".tiff", ".gif")

Map = ProbabilityMap

HARD_LABELS = (
    "a class for each pixel says nothing about how sure the model is; save its probabilities in place of their argmax, "
    "one .npy file per image:\n\n"
    '    np.save(f"{stem}.npy", logits.softmax(dim=0).cpu().numpy())'
)
"""What is wrong with label maps, and what to write instead."""

_ROUGHER = 1.5
"""Neighboring pixels are alike and neighboring classes are not: by this much the classes have to differ more."""


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

    def changed(self, change: Callable[[Map], Map]) -> "Maps":
        """Return the maps, each changed when it is read."""
        return replace(self, read=lambda image: change(self.read(image)))

    @overload
    def __getitem__(self, image: int) -> Map: ...
    @overload
    def __getitem__(self, image: slice) -> list[Map]: ...
    def __getitem__(self, image: int | slice) -> Map | list[Map]:
        if isinstance(image, slice):
            return [self.read(i) for i in range(*image.indices(len(self)))]
        # A range counts negative positions from its end, and ends an iteration by IndexError.
        return self.read(range(len(self))[image])


def recognizes_maps(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds only .npy files of maps, or only pictures, which may be label maps."""
    names = tree_names(path, head)
    if names and all(Path(name).suffix.lower() in _PICTURES for name in names):
        return True
    if not names or not all(name.endswith(".npy") for name in names):
        return False
    shape = array_from_bytes(open_tree(path).read(names[0]), names[0]).shape
    return len(shape) in (2, 3) or (len(shape) == 4 and shape[0] == 1)


def read_maps(path: Path, *, choices: ReadingChoices = BY_CONTENT) -> Predictions:
    """Return the probability maps of an .npz file, or of a folder, zip or tar of .npy files, named after their images.

    A map is (H, W, C) or (C, H, W), whichever axis sums to 1, or (H, W) for the foreground; floats, or 8 or 16 bits for
    0 to 1.

    Args:
        path: The file or folder.
        choices: Whether to apply a softmax to logits.

    Raises:
        FileFormatError: Naming the first map that has other dimensions than the first, or holds classes.
    """
    tree = open_tree(path)
    names = [name for name in tree.names if name.endswith(".npy")]
    if not names and any(Path(name).suffix.lower() in _PICTURES for name in tree.names):
        raise FileFormatError(
            f"{tree.source} holds pictures such as {tree.names[0]!r}. If they are label maps: {HARD_LABELS}"
        )
    if not names:
        raise FileFormatError(f"{tree.source} holds no .npy files; expected one map per image")
    maps = Maps(len(names), partial(_read_file, tree, names))
    return map_predictions([_filename(name) for name in names], maps, choices=choices)


def map_predictions(
    filenames: Sequence[str] | None,
    maps: Maps,
    class_names: Sequence[str] | None = None,
    choices: ReadingChoices = BY_CONTENT,
) -> Predictions:
    """Return maps as predictions; whether they are (H, W, C) or (C, H, W) is found by which axis sums to 1."""
    layout, evidence = _layout(maps[0])
    classes_last = maps if layout == _LAST else maps.changed(lambda values: values.transpose(1, 2, 0))
    convert, findings = conversion(map_scale(classes_last[:MAPS_LOOKED_AT]), choices)
    n_classes = classes_last[0].shape[2]
    return Predictions(
        None if filenames is None else list(filenames),
        numbered_classes(n_classes) if class_names is None else list(class_names),
        classes_last.changed(convert) if convert else classes_last,
        SEGMENTATION,
        findings=(note("map-layout", f"Maps are read as {layout}", evidence), *findings),
    )


def _read_file(tree: FileTree, names: Sequence[str], image: int) -> Map:
    where = f"{tree.source}/{names[image]}"
    return float_map(array_from_bytes(tree.read(names[image]), where), where)


def float_map(values: NDArray[Any], where: str) -> Map:
    """Return a map of floats as it is, one of 8 or 16 bits as floats from 0 to 1, each with three dimensions.

    Raises:
        FileFormatError: If it has other dimensions or other numbers, or a class for each pixel.
    """
    if values.ndim == 2 and values.dtype.kind in "iub":
        raise FileFormatError(f"{where} holds whole numbers of shape {values.shape}: {HARD_LABELS}")
    if values.ndim == 2:
        # The probability of the foreground, of which there is one class.
        values = values[:, :, np.newaxis]
    elif values.ndim == 4 and values.shape[0] == 1:
        # A batch of one, as networks return it.
        values = values[0]
    if values.ndim != 3 or not values.size or (values.dtype.kind != "f" and values.dtype not in _QUANTIZED):
        raise FileFormatError(
            f"{where}: expected H × W × C floats, uint8 or uint16, found {values.dtype} of shape {values.shape}"
        )
    if values.dtype.kind == "f":
        return values
    return values.astype(np.float32) / np.float32(_QUANTIZED[values.dtype])


def _layout(values: Map) -> tuple[str, str]:
    for layout, axis in ((_LAST, 2), (_FIRST, 0)):
        if sums_to_one(values, axis):
            return layout, "the values along C sum to 1"
    if 1 in (values.shape[0], values.shape[2]):
        return _LAST if values.shape[2] == 1 else _FIRST, "there is one value per pixel, that of the foreground"
    # Logits have no fixed sum, but neighboring pixels are mostly of one class and have nearly the same logits.
    last = _roughness(values, 2)
    first = _roughness(values, 0)
    if max(last, first) > _ROUGHER * min(last, first):
        return _LAST if last > first else _FIRST, "neighbors along C differ most"
    shorter = _LAST if values.shape[2] <= values.shape[0] else _FIRST
    return shorter, "no axis sums to 1, so the shorter one is read as the classes"


def _roughness(values: Map, axis: int) -> float:
    """Return how much neighbors along an axis differ on average; 0 if there is nothing to compare."""
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.abs(np.diff(values.astype(np.float32), axis=axis))
    finite = steps[np.isfinite(steps)]
    return float(np.nan_to_num(finite.mean())) if len(finite) else 0.0


def _filename(name: str) -> str:
    bare = name.removesuffix(".npy")
    return bare if Path(bare).suffix.lower() in IMAGE_SUFFIXES else name
