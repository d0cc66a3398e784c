import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.reader import Reader, choose, registry
from al_core.formats.files.text import decode, read_json

_MAX_BYTES = 16 * 2**20
_YAML_ENTRY = re.compile(r"^\s+(\d+)\s*:\s*['\"]?(.*?)['\"]?\s*$", re.MULTILINE)


def read_class_names(path: Path, *, format: str | None = None) -> list[str]:
    """Return the class names of a file: one per line, a JSON list or object by number, or a YOLO data.yaml.

    Args:
        path: The file.
        format: One of `CLASS_NAME_READERS`; by default found out from its ending.

    Raises:
        FileFormatError: If the file holds no names.
        NotFoundError: If there is no such file.
    """
    path = Path(path)
    names = [name.strip() for name in choose(path, CLASS_NAME_READERS, format=format, max_bytes=_MAX_BYTES).read(path)]
    while names and not names[-1]:
        names.pop()
    if not names or not all(names):
        raise FileFormatError(f"{path.name} names no classes, or leaves one empty; expected one name per line")
    return names


def numbered_classes(n_classes: int) -> list[str]:
    """Return the names that classes have in a file that does not name them.

    Examples:
        >>> numbered_classes(2)
        ['class_0', 'class_1']
    """
    return [f"class_{number}" for number in range(n_classes)]


def checked_class_names(class_names: Any, n_classes: int, source: str) -> list[str]:
    """Return the class names of a file, or numbers if it has none.

    Raises:
        FileFormatError: If they are no list of names.
    """
    if class_names is None:
        return numbered_classes(n_classes)
    if not isinstance(class_names, list) or not all(isinstance(name, str) for name in class_names):
        raise FileFormatError(f"{source}: class_names must be a list of names")
    return class_names


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


def _read_json(path: Path) -> list[str]:
    content: Any = read_json(path)
    if isinstance(content, dict) and all(key.isdecimal() and len(key) < 10 for key in content):
        content = [content[key] for key in sorted(content, key=int)]
    if not isinstance(content, list) or not all(isinstance(name, str) for name in content):
        raise FileFormatError(
            f'{path.name}: expected a list such as ["cat", "dog"], or an object such as {{"0": "cat"}}'
        )
    return content


def _read_yaml(path: Path) -> list[str]:
    return yaml_names(decode(path.read_bytes(), path.name)) or []


def _read_lines(path: Path) -> list[str]:
    return decode(path.read_bytes(), path.name).splitlines()


def _ends_with(*suffixes: str) -> Callable[[Path, bytes], bool]:
    return lambda path, head: path.suffix.lower() in suffixes


CLASS_NAME_READERS = registry(
    Reader("json", "JSON", "A list, or an object by number", (".json",), _ends_with(".json"), _read_json),
    Reader(
        "yaml",
        "YOLO data.yaml",
        "names, as a list or by number",
        (".yaml", ".yml"),
        _ends_with(".yaml", ".yml"),
        _read_yaml,
    ),
    Reader("txt", "Text", "One name per line", (".txt", ".names"), _ends_with(".txt", ".names"), _read_lines),
)

CLASS_NAME_SUFFIXES = tuple(suffix for reader in CLASS_NAME_READERS.values() for suffix in reader.suffixes)
