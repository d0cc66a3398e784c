"""Label maps: one PNG file per image whose pixels are classes, as numbers, of a palette or in colors."""

import io
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.image_header import open_image
from al_core.formats.files.progress import reported
from al_core.formats.files.text import decode_utf8
from al_core.formats.files.tree import FileTree, open_tree, tree_names
from al_core.formats.files.yaml_text import MAX_YAML_BYTES
from al_core.formats.join.finding import note
from al_core.formats.labels.annotation import NO_CLASS
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.predictions import SEGMENTATION
from al_core.formats.predictions.run_lengths import MAX_PIXELS
from al_core.text import counted

IGNORED = 255
"""The number of pixels that are of no class, by the convention of Pascal VOC, Cityscapes and ADE20K."""

_FOLDERS = frozenset({"segmentationclass", "masks", "mask", "labels", "annotations", "labelmaps", "segmentation", "gt"})
_INSTANCES = "segmentationobject"
_CLASS_FILES = ("classes.txt", "labels.txt", "class_names.txt")
_COLOR_FILE = "labelmap.txt"
_SUFFIXES = ("_mask", "_labelIds", "_labelTrainIds", "_gtFine", "_label", "_seg", "-mask")
_NUMBERED = ("L", "P", "1", "I;16", "I;16B", "I")

Color = tuple[int, int, int]


def recognizes_label_maps(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds PNG files whose pixels are classes, and no photos."""
    names = tree_names(path, head)
    maps = _maps(names)
    if not maps or not _only_maps_or_images(names, maps):
        return False
    return _is_map(open_tree(path), maps[0], names)


def read_label_maps(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the class of each pixel; 255 is none. Classes are named by `labelmap.txt` or `classes.txt`.

    Raises:
        FileFormatError: Naming the first file that is no label map.
    """
    tree = open_tree(path)
    maps = _maps(tree.names)
    if not maps:
        raise FileFormatError(f"{tree.source} holds no PNG files; expected one label map per image")
    colors = _colors(tree)
    names = [name for name, _ in colors] or _class_names(tree)
    labels = LabelCollector(path.name, choices)
    labels.list_classes(names)
    n_classes = 0
    for name in reported(maps):
        where = f"{tree.source}/{name}"
        label_map = _read_map(where, tree.read(name), [color for _, color in colors])
        n_classes = max(n_classes, int(label_map.max(initial=NO_CLASS)) + 1)
        if names and n_classes > len(names):
            n_names = counted(len(names), "class")
            raise FileFormatError(f"{where}: class {n_classes - 1}, but the file names {n_names}, from 0 on")
        labels.list_classes(str(number) for number in range(0 if names else n_classes))
        labels.annotate(_filename(name), size=label_map.shape[::-1])
        labels.add_label_map(label_map)
    if not colors:
        labels.add_note(note("label-maps", "Pixels are numbers of classes", f"{IGNORED} is read as no class"))
    return labels.finished(SEGMENTATION)


def _maps(names: Sequence[str]) -> list[str]:
    maps = [name for name in names if name.lower().endswith(".png")]
    maps = [name for name in maps if _INSTANCES not in name.lower().split("/")]
    in_folder = [name for name in maps if _is_in_folder(name)]
    return in_folder or maps


def _is_in_folder(name: str) -> bool:
    return any(part in _FOLDERS for part in name.lower().split("/")[:-1])


def _only_maps_or_images(names: Sequence[str], maps: Sequence[str]) -> bool:
    if _is_in_folder(maps[0]):
        return True
    # In folders of other names images are sorted by class.
    return len({PurePosixPath(name).parent for name in maps}) == 1 and "/" not in maps[0]


def _is_map(tree: FileTree, name: str, names: Sequence[str]) -> bool:
    if any(other.rpartition("/")[2].lower() == _COLOR_FILE for other in names):
        return True
    try:
        return open_image(io.BytesIO(tree.read(name))).mode in _NUMBERED
    # Decoders raise anything; what cannot be opened is no label map.
    except Exception:  # noqa: BLE001
        return False


def _read_map(where: str, content: bytes, colors: Sequence[Color]) -> NDArray[np.int32]:
    try:
        image = open_image(io.BytesIO(content))
        if image.width * image.height > MAX_PIXELS:
            raise FileFormatError(f"{where} has {image.width * image.height:,} pixels; at most {MAX_PIXELS:,} are read")
        is_numbered = image.mode in _NUMBERED and not colors
        pixels = np.asarray(image if is_numbered else image.convert("RGB"))
    except FileFormatError:
        raise
    # Decoders raise anything.
    except Exception as error:
        raise FileFormatError(f"{where} cannot be read as an image; write it again") from error
    if colors:
        return _of_colors(where, pixels, colors)
    if not is_numbered:
        raise FileFormatError(
            f"{where} is a color image; give the class of each color in {_COLOR_FILE}, or save numbers of classes"
        )
    label_map = pixels.astype(np.int32)
    label_map[label_map == IGNORED] = NO_CLASS
    return label_map


def _of_colors(where: str, pixels: NDArray[np.uint8], colors: Sequence[Color]) -> NDArray[np.int32]:
    # One number a pixel, 0xRRGGBB, so that a color is one comparison.
    packed = pixels.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    label_map = np.full(packed.shape, NO_CLASS, np.int32)
    for label, (red, green, blue) in enumerate(colors):
        label_map[packed == (red << 16) + (green << 8) + blue] = label
    # Black is the background, and 224, 224, 192 the border that VOC draws around objects: neither is a class.
    is_other = (label_map == NO_CLASS) & ~np.isin(packed, [0, 0xE0E0C0])
    if is_other.any():
        value = int(packed[is_other][0])
        color = f"{value >> 16},{value >> 8 & 255},{value & 255}"
        raise FileFormatError(f"{where} has the color {color}, which {_COLOR_FILE} does not list; add it")
    return label_map


def _colors(tree: FileTree) -> list[tuple[str, Color]]:
    """Return names and colors of `labelmap.txt`, `name:red,green,blue:parts:actions`."""
    colors = []
    for name in tree.names:
        if name.rpartition("/")[2].lower() != _COLOR_FILE:
            continue
        source = f"{tree.source}/{name}"
        for number, line in enumerate(decode_utf8(tree.read(name, MAX_YAML_BYTES), source).splitlines(), 1):
            entry = line.strip()
            if not entry or entry.startswith("#"):
                continue
            class_name, _, rest = entry.partition(":")
            parts = rest.partition(":")[0].split(",")
            is_color = len(parts) == 3 and all(part.strip().isdigit() and int(part) < 256 for part in parts)
            if not is_color:
                raise FileFormatError(f"{source}, line {number}: expected name:red,green,blue::, found {line[:60]!a}")
            red, green, blue = map(int, parts)
            colors.append((class_name, (red, green, blue)))
    return colors


def _class_names(tree: FileTree) -> list[str]:
    for name in tree.names:
        if name.rpartition("/")[2].lower() in _CLASS_FILES:
            lines = decode_utf8(tree.read(name, MAX_YAML_BYTES), f"{tree.source}/{name}").splitlines()
            return [line.strip() for line in lines if line.strip()]
    return []


def _filename(name: str) -> str:
    """Return the path of the image of a map, without what tools add to it: a folder such as masks, an ending."""
    parts = name.split("/")
    places = [place for place, part in enumerate(parts[:-1]) if part.lower() in _FOLDERS]
    inside = "/".join(parts[places[-1] + 1 :]) if places else name
    stem = inside[: -len(".png")]
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix)
    return f"{stem}.png"
