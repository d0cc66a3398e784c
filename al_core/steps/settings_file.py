"""A file of settings, YAML or JSON, and its values checked one by one: a message names the key that is at fault."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from al_core.exceptions import InvalidInputError, NotFoundError
from al_core.formats.files.json_values import is_number
from al_core.formats.files.yaml_text import parse_settings


def read_settings(path: Path) -> dict[str, Any]:
    """Return the content of a YAML or JSON file that has keys on top."""
    path = path.expanduser()
    try:
        content = parse_settings(path.read_bytes(), path.name)
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}; check its name") from error
    if not isinstance(content, dict):
        raise InvalidInputError(f"{path.name}: expected keys with values, such as 'dataset: animals'")
    return content


def check_keys(content: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    """Raise `InvalidInputError` if a section has a key that means nothing; `where` is its name, empty for the file."""
    unknown = next((key for key in content if key not in names), None)
    if unknown is not None:
        place = f"{where}.{unknown}" if where else str(unknown)
        raise InvalidInputError(f"{place}: there is no such key; use {', '.join(names)}")


def required_text(content: Mapping[str, Any], key: str, where: str = "") -> str:
    """Return the text at a key, or raise `InvalidInputError`: YAML reads 2026 and yes as other things than text."""
    value = content.get(key)
    place = f"{where}.{key}" if where else key
    if not isinstance(value, str) or not value:
        shown = "nothing" if value is None else repr(value)
        raise InvalidInputError(f"{place}: expected text, in quotes if it is a number; found {shown}")
    return value


def optional_text(content: Mapping[str, Any], key: str, where: str) -> str | None:
    """Return the text at a key, or None where the key is absent or empty."""
    return required_text(content, key, where) if content.get(key) is not None else None


def optional_share(content: Mapping[str, Any], key: str, where: str) -> float | None:
    """Return the number from 0 to 1 at a key, or None where the key is absent or empty."""
    value = content.get(key)
    if value is None:
        return None
    if not is_number(value) or not 0 <= value <= 1:
        raise InvalidInputError(f"{where}.{key}: expected a number from 0 to 1, found {value!r}")
    return float(value)


def one_of(choices: Any, value: Any, place: str) -> Any:
    """Return the member of an enumeration that a text names."""
    if value not in list(choices):
        raise InvalidInputError(f"{place}: expected one of {', '.join(choices)}, found {value!r}")
    return choices(value)


def true_or_false(value: Any, place: str) -> bool:
    """Return a truth value; a text such as 'no' is refused, which Python would call true."""
    if not isinstance(value, bool):
        raise InvalidInputError(f"{place}: expected true or false, found {value!r}")
    return value


def at_key(place: str, check: Any, *values: Any) -> Any:
    """Return what a check returns; its errors say which key is at fault."""
    try:
        return check(*values)
    except NotFoundError as error:
        raise InvalidInputError(f"{place}: {error.args[0]}") from error
    except (InvalidInputError, TypeError, ValueError) as error:
        raise InvalidInputError(f"{place}: {error}") from error
