from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.reader import Reader
from al_core.formats.predictions.predictions import Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.tools.images import ImageRecord, image_of_file, image_records
from al_core.formats.predictions.tools.objects import ObjectColumns

SUFFIXES = (".json", ".jsonl", ".zip")


@dataclass(frozen=True)
class Tool:
    """A tool that writes objects per image as JSON.

    Attributes:
        name: The key of its reader.
        label: The name people know it by.
        description: What it writes, one line.
        keys: Its files have all keys of one of these sets.
        is_image: Whether a value is what it writes for one image.
        expected: What that is, for messages.
        add: Adds the objects of an image, which has begun.
        other_keys: Files with one of these are another tool's.
        ending: What follows the name of the image in the name of a file that holds one.
    """

    name: str
    label: str
    description: str
    keys: tuple[frozenset[str], ...]
    is_image: Callable[[Any], bool]
    expected: str
    add: Callable[[ObjectColumns, ImageRecord], None]
    other_keys: frozenset[str] = frozenset()
    ending: str = ".json"

    def recognizes(self, path: Path, head: bytes) -> bool:
        """Return whether a file, folder or archive has the keys of this tool."""
        keys = json_keys(path, head)
        return any(own <= keys for own in self.keys) and not self.other_keys & keys

    def read(self, path: Path) -> Predictions | ScoreTable:
        """Return what a JSON or JSON Lines file holds, or a folder, zip or tar with one file per image.

        Raises:
            FileFormatError: Naming the image that does not fit.
        """
        objects = ObjectColumns()
        for record in image_records(path, self.is_image, self.expected, self.ending):
            objects.begin_image(record.filename)
            self.add(objects, record)
        return objects.predictions(path.name, image_of_file(path.name, self.ending))

    @property
    def reader(self) -> Reader[Predictions | ScoreTable]:
        """The entry of the registry."""
        return Reader(self.name, self.label, self.description, SUFFIXES, self.recognizes, self.read)
