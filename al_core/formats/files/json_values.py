"""What a value out of JSON is."""

from typing import Any, TypeGuard, TypeVar

Entry = TypeVar("Entry")


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number; JSON's true is an int in Python, and none here.

    Examples:
        >>> is_number(0.5), is_number(True), is_number("1")
        (True, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_list_of(value: object, kind: type[Entry]) -> TypeGuard[list[Entry]]:
    """Return whether a value is a list, perhaps an empty one, of entries of one type.

    Examples:
        >>> is_list_of(["cat"], str), is_list_of(["cat", None], str), is_list_of("cat", str)
        (True, False, False)
    """
    return isinstance(value, list) and all(isinstance(entry, kind) for entry in value)


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, and anything else as the only entry of one.

    Examples:
        >>> as_list(["cat"]), as_list("cat")
        (['cat'], ['cat'])
    """
    return value if isinstance(value, list) else [value]
