"""The keys of JSON files, by which one tool's are told from another's before anything is parsed."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from al_core.formats.files.text import begins_as_json
from al_core.formats.files.tree import open_tree, tree_names

_NOT_IMAGES = ("metadata.json", "schema.json", "tasks.json", "dataset.json", "frames.json")

_PEEK_BYTES = 2**18
"""How much of a file is searched for its keys: the first images may be without objects."""

_PEEK_FILES = 100

_KEY = re.compile(rb'"([A-Za-z_][\w-]{0,40})\\?"\s*:')
"""Also in a text that is JSON itself, where the quotes are escaped."""


def json_keys(path: Path, head: bytes) -> frozenset[str]:
    """Return the keys of the objects with which a JSON file begins, or the JSON files of a folder or archive.

    Raises:
        FileFormatError: If an archive is damaged.
    """
    is_json = begins_as_json(head)
    if not is_json and not any(map(may_be_of_image, tree_names(path, head))):
        return frozenset()
    stat = path.stat()
    return _keys(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _keys(path: Path, changed_at: int, n_bytes: int) -> frozenset[str]:
    # Every tool is asked in turn whether the file is its own.
    return frozenset(key.decode() for content in json_beginnings(path) for key in _KEY.findall(content))


def json_beginnings(path: Path) -> Iterator[bytes]:
    """Yield the first bytes of a JSON file, or of the first JSON files of a folder or archive."""
    if is_plain_json(path):
        with path.open("rb") as file:
            yield file.read(_PEEK_BYTES)
        return
    tree = open_tree(path)
    n_bytes = 0
    for name in list(filter(may_be_of_image, tree.names))[:_PEEK_FILES]:
        content = tree.read(name)[:_PEEK_BYTES]
        yield content
        n_bytes += len(content)
        if n_bytes > _PEEK_BYTES:
            return


def parsed_beginning(start: bytes) -> Any:
    """Return the beginning of a JSON value, or of the first line of JSON Lines, as far as it goes; None if it is none.

    Examples:
        >>> parsed_beginning(b'{"a": [1, 2], "b": {"c'), parsed_beginning(b"a,b")
        ({'a': [1, 2], 'b': {}}, None)
    """
    from pydantic_core import from_json

    for part in (start, start.partition(b"\n")[0]):
        try:
            return from_json(part, allow_partial=True)
        except ValueError:
            continue
    return None


def may_be_of_image(name: str) -> bool:
    """Return whether a file of a folder is JSON that may be about images, and does not describe the dataset."""
    return name.lower().endswith(".json") and name.rpartition("/")[2].lower() not in _NOT_IMAGES


def is_plain_json(path: Path) -> bool:
    """Return whether a path is a file that begins as JSON, and no folder or archive."""
    if path.is_dir():
        return False
    with path.open("rb") as file:
        return begins_as_json(file.read(64))
