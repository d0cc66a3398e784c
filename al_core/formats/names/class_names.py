from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from al_core.exceptions import FileFormatError
from al_core.formats.files.envelope import reads_envelopes
from al_core.formats.files.json_values import is_list_of
from al_core.formats.files.reader import Reader, choose, registry
from al_core.formats.files.text import decode_utf8, read_json
from al_core.formats.files.xml_tree import parse_xml
from al_core.formats.files.yaml_text import parse_yaml
from al_core.text import clipped

_MAX_BYTES = 16 * 2**20

_CONTROL_ITEMS = ("Choice", "Label")
"""What a class is called in a labeling interface of Label Studio."""


def check_class_names(names: Sequence[str], source: str) -> None:
    """Raise `FileFormatError` unless all class names differ and none is empty."""
    if len(set(names)) < len(names) or not all(name.strip() for name in names):
        raise FileFormatError(f"{source}: class names must differ and not be empty, found {clipped(names)}")


@reads_envelopes
def read_class_names(path: Path) -> list[str]:
    """Return the class names of a file.

    One name per line, a JSON list or object by number, a YOLO data.yaml, or what a labeling project has: the interface
    of Label Studio (XML) or the labels of CVAT (JSON).

    Raises:
        FileFormatError: If the file holds no names.
        NotFoundError: If there is no such file.
    """
    path = Path(path)
    names = choose(path, CLASS_NAME_READERS, max_bytes=_MAX_BYTES).read(path)
    return checked_names(names, path.name)


def checked_names(names: Sequence[str], source: str) -> list[str]:
    """Return the names without space around them and without empty ones at the end.

    Raises:
        FileFormatError: If one in between is empty: those after it would be numbered wrongly. Or if there are none.
    """
    checked = [name.strip() for name in names]
    while checked and not checked[-1]:
        checked.pop()
    if not checked or not all(checked):
        raise FileFormatError(f"{source} names no classes, or leaves one empty; expected one name per line")
    return checked


def yaml_names(content: bytes, source: str) -> list[str]:
    r"""Return the class names of a YOLO data.yaml, none if it has no `names`.

    Raises:
        FileFormatError: If it is not YAML, or `names` is neither a list nor numbered from 0 without a gap.

    Examples:
        >>> yaml_names(b"names:\n  0: cat\n  1: dog\n", "data.yaml"), yaml_names(b"names: [cat, dog]", "data.yaml")
        (['cat', 'dog'], ['cat', 'dog'])
    """
    document = parse_yaml(content, source) or {}
    names = (document.get("names") or []) if isinstance(document, dict) else None
    if isinstance(names, dict):
        names = _in_order(names, source)
    if not isinstance(names, list):
        raise FileFormatError(f"{source}: expected names as a list, or by number, such as names: {{0: cat, 1: dog}}")
    for number, name in enumerate(names):
        if not isinstance(name, str):
            raise FileFormatError(f"{source}: class {number} is not one name but several; quote it or correct it")
    return names


def _in_order(names: dict[Any, Any], source: str) -> list[Any]:
    of_number: dict[int, Any] = {}
    for key, name in names.items():
        if not (key.isdecimal() and len(key) < 10):
            raise FileFormatError(f"{source}: names is numbered by {key[:40]!a}; number the classes from 0")
        of_number[int(key)] = name
    for number in range(len(names)):
        if number not in of_number:
            raise FileFormatError(f"{source}: names has no class {number}; number the classes from 0 without a gap")
    return [of_number[number] for number in range(len(names))]


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
        FileFormatError: If they are not a list of names.
    """
    if class_names is None:
        return numbered_classes(n_classes)
    if not is_list_of(class_names, str):
        raise FileFormatError(f"{source}: class_names must be a list of names")
    return class_names


def _read_json(path: Path) -> list[str]:
    content: Any = _mapping_or_list(read_json(path))
    if isinstance(content, dict) and all(key.isdecimal() and len(key) < 10 for key in content):
        content = [content[key] for key in sorted(content, key=int)]
    if isinstance(content, list):
        content = [_name_of_entry(entry) for entry in content]
    if not is_list_of(content, str):
        raise FileFormatError(
            f'{path.name}: expected a list such as ["cat", "dog"], or an object such as {{"0": "cat"}}'
        )
    return content


def _mapping_or_list(content: Any) -> Any:
    """Return the part of a JSON file that has the names, as a list or by number.

    Examples:
        >>> _mapping_or_list({"id2label": {"0": "cat"}}), _mapping_or_list({"dog": 1, "cat": 0})
        ({'0': 'cat'}, ['cat', 'dog'])
    """
    if not isinstance(content, dict):
        return content
    for key in ("id2label", "class_names", "classes", "names", "categories", "labels"):
        if isinstance(content.get(key), list | dict):
            return content[key]
    numbers = list(content.values())
    are_numbers = all(isinstance(number, int) for number in numbers)
    # Of a model's class_to_idx: the number of each name.
    return (
        sorted(content, key=content.__getitem__)
        if are_numbers and set(numbers) == set(range(len(numbers)))
        else content
    )


def _name_of_entry(entry: Any) -> Any:
    if isinstance(entry, dict):
        # CVAT and COCO have an object for each label.
        return entry.get("name")
    # ImageNet's index has the number of the synset in front of each name.
    return entry[-1] if isinstance(entry, list) and entry else entry


def _read_yaml(path: Path) -> list[str]:
    return yaml_names(path.read_bytes(), path.name)


def _read_labeling_config(path: Path) -> list[str]:
    config = parse_xml(path.read_bytes(), path.name)
    # Several controls may offer the same class, such as boxes and polygons.
    names = dict.fromkeys(element.get("value", "") for element in config.iter() if element.tag in _CONTROL_ITEMS)
    return list(names)


def _read_lines(path: Path) -> list[str]:
    return decode_utf8(path.read_bytes(), path.name).splitlines()


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
    Reader(
        "label-studio",
        "Label Studio interface",
        "The choices or labels of a project",
        (".xml",),
        _ends_with(".xml"),
        _read_labeling_config,
    ),
    Reader(
        "txt",
        "Text",
        "One name per line",
        (".txt", ".names", ".labels"),
        _ends_with(".txt", ".names", ".labels"),
        _read_lines,
    ),
)

CLASS_NAME_SUFFIXES = tuple(suffix for reader in CLASS_NAME_READERS.values() for suffix in reader.suffixes)
