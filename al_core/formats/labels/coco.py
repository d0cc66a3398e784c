"""COCO annotation files: images, categories, and an entry per object with a box, polygons, a mask or keypoints."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.json_keys import parsed_beginning
from al_core.formats.files.json_values import is_list_of, is_number
from al_core.formats.files.progress import reported
from al_core.formats.files.reader import check_file
from al_core.formats.files.records import check_category_ids
from al_core.formats.files.text import BOM, parse_json, read_json
from al_core.formats.files.tree import announce_texts, open_tree, tree_names
from al_core.formats.join.finding import note
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.first_file import start_of_first
from al_core.formats.labels.image_sizes import ImageSizes, Size
from al_core.formats.labels.label_findings import HAS_SCORES
from al_core.formats.labels.labels import Labels
from al_core.formats.names.addresses import has_hash, image_name, without_hash
from al_core.formats.predictions.box_layout import are_in_pixels
from al_core.formats.predictions.coco_about import REPEATED_ID
from al_core.formats.predictions.run_lengths import run_lengths_of_counts

_KEYS = ("images", "categories", "annotations", "licenses")
_LABEL_STUDIO = "Label Studio"

_STORED_SIZES = note(
    "stored-sizes",
    "Label Studio's COCO has the sizes of images before their EXIF orientation is applied",
    "boxes on photos that lie on their side are misplaced; set the images folder, or export as JSON",
)

_RELATIVE: Size = (1, 1)
_RELATIVE_BOXES = note(
    "relative-boxes", "Boxes are from 0 to 1, where COCO has pixels", "read as relative to the image"
)

_CROWDS = note(
    "crowds",
    "Some entries are crowds (iscrowd), many objects in one",
    "their pixels are of their class, and they have no box",
)

Entry = Mapping[str, Any]


def recognizes_coco_labels(path: Path, head: bytes) -> bool:
    """Return whether a file begins as a COCO annotation file, or a folder or archive holds JSON files that may be."""
    start = head.removeprefix(BOM).lstrip()
    if start.startswith(b"{"):
        # The schema of a Lightly prediction folder has categories too.
        return _has_coco_keys(start) and b'"task_type"' not in start
    files = _json_files(tree_names(path, head))
    if not files:
        return False
    content = start_of_first(path, files, ".json")
    # A large one is read only once.
    return not content or b'"images"' in content


def _has_coco_keys(start: bytes) -> bool:
    content = parsed_beginning(start)
    if isinstance(content, Mapping):
        # The answers of models have categories or annotations too, further inside.
        return not content.keys().isdisjoint(_KEYS)
    # A damaged file is refused by its reader, which says where.
    return any(f'"{key}"'.encode() in start for key in _KEYS)


def read_coco_labels(path: Path, choices: ReadingChoices = BY_CONTENT) -> Labels:
    """Return the labels of a COCO annotation file, or of all those in a folder, zip or tar.

    An image without entry may be one that nobody has looked at. Crowds (`iscrowd`) have their pixels but no box.

    Raises:
        FileFormatError: Naming the first entry that does not fit.
    """
    labels = LabelCollector(path.name, choices)
    images: dict[str, _Image] = {}
    for where, content in _documents(path):
        _gather(where, content, images, labels)
    sizes = ImageSizes(choices.images_dir)
    if choices.images_dir is None and any(image.has_stored_size and image.objects for image in images.values()):
        labels.add_note(_STORED_SIZES)
    units = _RELATIVE if _are_relative(images.values()) else None
    if units:
        labels.add_note(_RELATIVE_BOXES)
    for filename, image in reported(images.items()):
        if image.objects:
            shown_size = sizes.of(filename) if image.has_stored_size else None
            labels.annotate(filename, size=shown_size or image.size, units=units)
        else:
            labels.leave_undecided(filename, size=image.size)
        if any("score" in entry for _, entry, _ in image.objects):
            labels.add_note(HAS_SCORES)
        for where, entry, name in image.objects:
            _add_object(where, entry, name, labels)
    return labels.finished()


def _are_relative(images: "Iterable[_Image]") -> bool:
    """Return whether boxes are from 0 to 1, as Azure ML exports them, and not in pixels as COCO has them."""
    boxes = [entry.get("bbox") for image in images for _, entry, _ in image.objects]
    numbers = [box for box in boxes if isinstance(box, list) and len(box) == 4 and all(map(is_number, box))]
    if not numbers or are_in_pixels(np.array(numbers, np.float64)):
        return False
    # A box of a single pixel has whole numbers.
    return any(number % 1 for box in numbers for number in box)


def _json_files(names: list[str]) -> list[str]:
    return [name for name in names if name.lower().endswith(".json") and name.rpartition("/")[2] != "notes.json"]


def _documents(path: Path) -> Iterator[tuple[str, Entry]]:
    if not tree_names(path, check_file(path)):
        yield path.name, _document(path.name, read_json(path))
        return
    tree = open_tree(path)
    names = _json_files(tree.names)
    if not names:
        raise FileFormatError(f"{tree.source} holds no JSON file; expected one with images, categories and annotations")
    announce_texts(tree, names)
    for name in names:
        where = f"{tree.source}/{name}"
        try:
            content = parse_json(tree.read(name))
        except orjson.JSONDecodeError as error:
            raise FileFormatError(f"{where} is not JSON ({error.msg}); export the labels again") from error
        yield where, _document(where, content)


def _document(where: str, content: Any) -> Entry:
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise FileFormatError(f"{where}: expected an object with a list 'images', as COCO annotation files have it")
    return content


@dataclass
class _Image:
    """An image of a file.

    Attributes:
        size: As the file says.
        has_stored_size: Whether that is of the pixels as they are stored, while boxes lie on the image as it is shown.
        objects: Where each is, for messages, its entry, and its class.
    """

    size: Size | None
    has_stored_size: bool = False
    objects: list[tuple[str, Entry, str]] = field(default_factory=list)


def _gather(where: str, content: Entry, images: dict[str, _Image], labels: LabelCollector) -> None:
    """Add the images of a document and what it says of them; several documents may speak of one image."""
    names = _category_names(where, content)
    labels.list_classes(names.values())
    of_label_studio = isinstance(content.get("info"), dict) and content["info"].get("contributor") == _LABEL_STUDIO
    # Ids start over in each document.
    by_id: dict[int | str, _Image] = {}
    # Datumaro writes the same objects once more as stuff, and COCO's persons are in two files.
    before = {id(image): {_key(entry, name) for _, entry, name in image.objects} for image in images.values()}
    of_repeated_ids: list[str] = []
    for image in _entries(where, content, "images"):
        # LVIS has the address alone.
        filename = image.get("file_name") or image.get("coco_url")
        if not isinstance(filename, str) or not isinstance(image.get("id"), int | str):
            raise FileFormatError(f"{where}: an image has no 'id' and 'file_name', found {image!a:.80}")
        name = _own_name(filename) if of_label_studio else image_name(filename)
        added = images.setdefault(name, _Image(_size(image), of_label_studio))
        if by_id.setdefault(image["id"], added) is not added:
            of_repeated_ids.append(name)
        by_id[image["id"]] = added
    if of_repeated_ids:
        labels.add_note(REPEATED_ID.of(of_repeated_ids))
    for number, entry in enumerate(_entries(where, content, "annotations")):
        place = f"{where}, annotation {number} counting from 0"
        image_id = entry.get("image_id")
        category = entry.get("category_id")
        if not isinstance(image_id, int | str) or image_id not in by_id:
            raise FileFormatError(f"{place}: image_id {image_id!a:.80} is not among the images; add it")
        if not isinstance(category, int | str) or category not in names:
            raise FileFormatError(f"{place}: category_id {category!a:.80} is not among the categories; add it")
        of_image = by_id[image_id]
        if _key(entry, names[category]) not in before.get(id(of_image), ()):
            of_image.objects.append((place, entry, names[category]))


def _key(entry: Entry, name: str) -> str:
    """Return what is equal for the same object in two files."""
    return f"{name} {entry.get('bbox')} {'keypoints' in entry}"


def _own_name(filename: str) -> str:
    name = image_name(filename)
    return without_hash(name) if has_hash(name) else name


def _entries(where: str, content: Entry, key: str) -> Sequence[Entry]:
    entries = content.get(key, [])
    if not is_list_of(entries, dict):
        raise FileFormatError(f"{where}: {key!r} is not a list of objects; export the labels again")
    return entries


def _category_names(where: str, content: Entry) -> dict[Any, str]:
    categories = _entries(where, content, "categories")
    for number, category in enumerate(categories):
        if not isinstance(category.get("id"), int | str) or not isinstance(category.get("name"), str):
            raise FileFormatError(f"{where}, categories[{number}]: expected an 'id' and a text 'name'")
    check_category_ids(where, categories)
    return {category["id"]: category["name"] for category in categories}


def _size(image: Entry) -> Size | None:
    width = image.get("width")
    height = image.get("height")
    is_size = all(isinstance(side, int | float) and side > 0 for side in (width, height))
    return (width, height) if is_size else None  # type: ignore[return-value]  # both are numbers


def _add_object(where: str, entry: Entry, name: str, labels: LabelCollector) -> None:
    keypoints = _keypoints(where, entry["keypoints"]) if entry.get("keypoints") else []
    box = _box(where, entry)
    # A crowd is many objects in one: its pixels are of the class, its box is the box of none.
    is_object = entry.get("iscrowd") not in (1, True)
    if not is_object:
        labels.add_note(_CROWDS)
    if box and is_object:
        labels.add_box(name, box, keypoints=keypoints)
    elif keypoints:
        labels.add_keypoints(name, keypoints)
    if entry.get("segmentation"):
        _paint(where, entry["segmentation"], name, labels, has_box=box is None and is_object)
    elif not box and not keypoints:
        labels.add_class(name)


def _paint(where: str, segmentation: Any, name: str, labels: LabelCollector, *, has_box: bool) -> None:
    if isinstance(segmentation, dict):
        labels.add_mask(name, _mask(where, segmentation), has_box=has_box)
        return
    if not isinstance(segmentation, list):
        raise FileFormatError(f"{where}: expected a 'segmentation' of polygons or of run lengths")
    polygons = []
    for polygon in segmentation:
        values = _numbers(f"{where}: a polygon", polygon)
        if len(values) % 2:
            raise FileFormatError(f"{where}: a polygon is x and y in turn, found {len(values)} numbers")
        polygons.append(list(zip(values[::2], values[1::2], strict=True)))
    labels.add_polygons(name, polygons, has_box=has_box)


def _mask(where: str, mask: Entry) -> NDArray[np.bool_]:
    size = mask.get("size")
    if not isinstance(size, list) or [type(side) for side in size] != [int, int] or min(size) <= 0:
        raise FileFormatError(f"{where}: expected a 'segmentation' of 'size' and 'counts'")
    height, width = size
    runs = run_lengths_of_counts(where, mask.get("counts"), height, width)
    # COCO runs down the columns, as Fortran and MATLAB store arrays: zeros and ones in turn, zeros first.
    is_ones = np.arange(len(runs)) % 2 == 1
    columns = np.repeat(is_ones, runs).reshape(width, height)
    return columns.T


def _keypoints(where: str, values: Any) -> list[tuple[int, float, float, int]]:
    numbers = _numbers(f"{where}: keypoints", values)
    if len(numbers) % 3:
        raise FileFormatError(f"{where}: keypoints are x, y and visibility in turn, found {len(numbers)} numbers")
    xs = numbers[::3]
    ys = numbers[1::3]
    # Some tools write a confidence or a count in place of COCO's 0, 1 or 2.
    flags = [min(max(int(flag), 0), 2) for flag in numbers[2::3]]
    return list(zip(range(len(flags)), xs, ys, flags, strict=True))


def _numbers(where: str, values: Any, n_values: int | None = None) -> list[float]:
    # By type, as a bool is an int in Python.
    are_numbers = isinstance(values, list) and all(type(value) in (int, float) for value in values)
    if not are_numbers or n_values not in (None, len(values)):
        expected = "numbers" if n_values is None else f"{n_values} numbers"
        raise FileFormatError(f"{where} is a list of {expected}, found {values!a:.80}")
    return [float(value) for value in values]


def _box(where: str, entry: Entry) -> list[float] | None:
    if not entry.get("bbox"):
        return None
    left, top, width, height = _numbers(f"{where}: a bbox", entry["bbox"], 4)
    return [left, top, left + width, top + height]
