import re
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.reader import check_file
from al_core.formats.text import decode, read_json

CLASS_NAME_SUFFIXES = (".txt", ".names", ".json", ".yaml", ".yml")

_MAX_BYTES = 16 * 2**20
_YAML_ENTRY = re.compile(r"^\s+(\d+)\s*:\s*['\"]?(.*?)['\"]?\s*$", re.MULTILINE)


def read_class_names(path: Path) -> list[str]:
    """Return the class names of a file: one per line, a JSON list or object by number, or a YOLO data.yaml.

    Raises:
        FileFormatError: If the file holds no names.
        NotFoundError: If there is no such file.
    """
    path = Path(path)
    check_file(path, _MAX_BYTES)
    if path.suffix.lower() == ".json":
        found: list[str] | None = _from_json(read_json(path), path.name)
    else:
        text = decode(path.read_bytes(), path.name)
        found = yaml_names(text) if path.suffix.lower() in (".yaml", ".yml") else text.splitlines()
    names = [name.strip() for name in found or ()]
    while names and not names[-1]:
        names.pop()
    if not names or not all(names):
        raise FileFormatError(f"{path.name} names no classes, or leaves one empty; expected one name per line")
    return names


def yaml_names(text: str) -> list[str] | None:
    r"""Return the class names of a YOLO data.yaml, None if they are not numbered from 0 without a gap.

    Examples:
        >>> yaml_names("names:\n  0: cat\n  1: dog\n"), yaml_names("names: [cat, dog]")
        (['cat', 'dog'], ['cat', 'dog'])
    """
    _, found, names = text.partition("names:")
    listed = re.match(r"\s*\[([^\]]*)\]", names)
    if listed:
        return [name.strip(" '\"\n") for name in listed[1].split(",")]
    entries = {int(number): name for number, name in _YAML_ENTRY.findall(names)} if found else {}
    return [entries[number] for number in range(len(entries))] if sorted(entries) == list(range(len(entries))) else None


def _from_json(content: Any, source: str) -> list[str]:
    if isinstance(content, dict) and all(key.isdigit() for key in content):
        content = [content[key] for key in sorted(content, key=int)]
    if not isinstance(content, list) or not all(isinstance(name, str) for name in content):
        raise FileFormatError(f'{source}: expected a list such as ["cat", "dog"], or an object such as {{"0": "cat"}}')
    return content
