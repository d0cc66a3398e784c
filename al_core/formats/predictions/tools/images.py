"""What a tool wrote for each image, in any of the ways in which people save that as JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import LAST_OF_IMAGES, most_like_filenames
from al_core.formats.files.images import IMAGE_SUFFIXES
from al_core.formats.files.json_keys import is_plain_json, may_be_of_image
from al_core.formats.files.progress import reported
from al_core.formats.files.records import is_json_lines, json_lines
from al_core.formats.files.text import decode_utf8, parse_json, read_json
from al_core.formats.files.tree import announce_texts, open_tree
from al_core.formats.join.finding import note

_CONTENT_KEYS = (
    "predictions",
    "prediction",
    "detections",
    "objects",
    "instances",
    "results",
    "result",
    "output",
    "boxes",
)
_LIST_KEYS = ("samples", "images", "predictions", "results", "outputs", "labels", "frames", "tasks", "instance_info")

_NUMBER_KEYS = ("image_id", "img_id", "imageId")
"""The keys whose number names an image: without it the order would count."""

_FOLDERS = frozenset({"preds", "predictions", "pred", "results", "output", "outputs", "json", "labels", "keypoints"})
"""Into which tools write the files of all images: no folder of images has this name."""

NAMED_AFTER_FILE = note(
    "named-after-file", "The file is about one image and does not say which", "it is the one with the name of the file"
)


@dataclass(frozen=True)
class ImageRecord:
    """What a file says about one image.

    Attributes:
        where: The place in the file, for messages.
        filename: The image, empty if the file does not name it.
        content: What the tool wrote for it.
    """

    where: str
    filename: str
    content: Any


def image_records(
    path: Path, is_image: Callable[[Any], bool], expected: str, ending: str = ".json"
) -> Iterator[ImageRecord]:
    """Return what a file, or each JSON file of a folder or archive, says about its images.

    One image after the other, in a list or by filename; as the value itself or inside a record that names the image;
    as JSON or JSON Lines; or one file for each image, which is named after it.

    Args:
        path: The file or folder.
        is_image: Whether a value is what the tool writes for one image.
        expected: What that is, for messages.
        ending: What follows the name of the image in the name of a file that holds one.

    Raises:
        FileFormatError: If a file is damaged or holds something else.
    """
    layout = _Layout(is_image, expected)
    if is_plain_json(path) and is_json_lines(path):
        for where, value in json_lines(path):
            yield layout.record(where, "", value)
    elif is_plain_json(path):
        yield from reported(list(layout.records(path.name, read_json(path))))
    else:
        yield from _records_of_files(path, layout, ending)


def _records_of_files(path: Path, layout: "_Layout", ending: str) -> Iterator[ImageRecord]:
    for document in json_documents(path, may_be_of_image):
        records = list(layout.records(document.where, document.content))
        if len(records) == 1 and not records[0].filename:
            records = [replace(records[0], filename=image_of_file(document.filename, ending))]
        yield from records


def json_documents(path: Path, is_wanted: Callable[[str], bool]) -> Iterator[ImageRecord]:
    """Return the content of a JSON file, or of the wanted JSON files of a folder, zip or tar, under their own names.

    Raises:
        FileFormatError: If one is not JSON.
    """
    if is_plain_json(path):
        yield ImageRecord(path.name, path.name, read_json(path))
        return
    tree = open_tree(path)
    names = list(filter(is_wanted, tree.names))
    announce_texts(tree, names)
    for name in reported(names):
        where = f"{tree.source}/{name}"
        yield ImageRecord(where, name, _json(tree.read(name), where))


def image_of_file(name: str, ending: str = ".json") -> str:
    """Return the name of the image that a JSON file is named after, with the suffix .json if the image's is not there.

    Examples:
        >>> image_of_file("preds/a.json"), image_of_file("b/a.jpg.json"), image_of_file("a_boxes.json", "_boxes.json")
        ('a.json', 'b/a.jpg', 'a.json')
    """
    folders = name.split("/")[:-1]
    # As deep as the last folder that a tool has made.
    of_tool = max((depth for depth, folder in enumerate(folders, 1) if folder.lower() in _FOLDERS), default=0)
    name = name.split("/", of_tool)[-1]
    bare = name.removesuffix(ending).removesuffix(".json")
    return bare if Path(bare).suffix.lower() in IMAGE_SUFFIXES else f"{bare}.json"


def own_name(content: Any) -> str:
    """Return the filename that a record holds, empty if it has none.

    A number is the name of an image too, if the key says that it is one of an image.

    Examples:
        >>> own_name({"image_id": 7, "boxes": []}), own_name({"id": 7, "path": "a.png"}), own_name({"id": 7})
        ('7', 'a.png', '')
    """
    if not isinstance(content, Mapping):
        return ""
    named = image_named_by(content)
    if not named and isinstance(content.get("name"), str):
        return str(content["name"])
    numbers = [key for key in _NUMBER_KEYS if isinstance(content.get(key), int)]
    return named or (str(content[numbers[0]]) if numbers else "")


def says_its_image(entry: Any) -> bool:
    """Return whether an object says which image it is on, as the rows of a table and COCO results do.

    Examples:
        >>> says_its_image({"image_id": 7, "score": 0.5}), says_its_image({"name": "cat", "score": 0.5})
        (True, False)
    """
    return isinstance(entry, Mapping) and bool(image_named_by(entry) or entry.keys() & set(_NUMBER_KEYS))


def image_named_by(content: Mapping[str, Any]) -> str:
    """Return the text under a key that can only mean an image, empty if there is none: a `name` may be a class.

    Examples:
        >>> image_named_by({"file": "a.png", "score": 0.5}), image_named_by({"name": "cat", "score": 0.5})
        ('a.png', '')
    """
    texts = [key for key, value in content.items() if isinstance(value, str) and value]
    best = most_like_filenames(texts, last_rank=LAST_OF_IMAGES)
    return "" if best is None else str(content[texts[best]])


@dataclass(frozen=True)
class _Layout:
    is_image: Callable[[Any], bool]
    expected: str

    def records(self, where: str, content: Any) -> Iterator[ImageRecord]:
        """Return the images of the value that is a whole file."""
        content = _parsed(content)
        # First, because what one image has is a list of objects too.
        if isinstance(content, list) and _name_images(content) and self.is_image(content):
            yield from _by_image(where, content)
        elif self.is_image(content):
            yield ImageRecord(where, own_name(content), content)
        elif isinstance(content, list):
            for number, entry in enumerate(content):
                yield self.record(f"{where}, record {number} counting from 0", "", entry)
        elif isinstance(content, dict):
            yield from self._records_of_object(where, content)
        else:
            raise self._unexpected(where, content)

    def _records_of_object(self, where: str, content: Mapping[str, Any]) -> Iterator[ImageRecord]:
        inner = self._inner(content)
        if inner is not None and own_name(content):
            yield ImageRecord(where, own_name(content), inner)
            return
        for key in _LIST_KEYS:
            if isinstance(content.get(key), list | dict):
                yield from self.records(where, content[key])
                return
        for name, value in content.items():
            yield self.record(f"{where}, {name[:80]!a}", name, value)

    def record(self, where: str, filename: str, value: Any) -> ImageRecord:
        """Return the image of one entry: what the tool writes, or a record of the filename and that."""
        value = _parsed(value)
        if isinstance(value, Mapping) and filename.isdecimal():
            # The number of a row, as pandas writes it, where the record itself names the image.
            filename = image_named_by(value) or filename
        if self.is_image(value):
            return ImageRecord(where, filename or own_name(value), value)
        inner = self._inner(value)
        if inner is None:
            raise self._unexpected(where, value)
        return ImageRecord(where, filename or own_name(value), inner)

    def _inner(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return None
        inside = (value.get(key) for key in _CONTENT_KEYS)
        return next((content for content in inside if content is not None and self.is_image(content)), None)

    def _unexpected(self, where: str, value: Any) -> FileFormatError:
        shown = (
            f"an object with {', '.join(map(repr, list(value)[:8]))}" if isinstance(value, dict) else f"{value!a:.80}"
        )
        return FileFormatError(f"{where}: expected {self.expected}, found {shown}")


def _parsed(value: Any) -> Any:
    """Return the value of a text that is JSON itself, as people save what Ultralytics' `to_json()` returns."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        return parse_json(value.encode())
    except orjson.JSONDecodeError:
        return value


def _name_images(entries: Sequence[Any]) -> bool:
    """Return whether each object of a list says which image it is in."""
    return bool(entries) and all(isinstance(entry, Mapping) and image_named_by(entry) for entry in entries)


def _by_image(where: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[ImageRecord]:
    of_image: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        of_image.setdefault(image_named_by(entry), []).append(entry)
    for filename, objects in of_image.items():
        yield ImageRecord(f"{where}, {filename[:80]!a}", filename, objects)


def _json(content: bytes, where: str) -> Any:
    try:
        return parse_json(content)
    except orjson.JSONDecodeError as error:
        # If the bytes are not UTF-8, this names the line; the parser does not.
        decode_utf8(content, where)
        raise FileFormatError(f"{where}, line {error.lineno}: not JSON ({error.msg}); write it again") from error
