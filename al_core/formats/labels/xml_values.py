"""Attributes and texts of XML elements as numbers."""

from xml.etree import ElementTree

from al_core.exceptions import FileFormatError
from al_core.formats.labels.image_sizes import Size


def attribute(where: str, element: ElementTree.Element, name: str) -> float:
    """Return an attribute as a number.

    Raises:
        FileFormatError: If it is missing or none.
    """
    return number(where, f"{element.tag} {name}", element.get(name))


def number(where: str, what: str, text: str | None) -> float:
    """Return a text as a number.

    Raises:
        FileFormatError: If it is missing or none.
    """
    try:
        return float(text or "")
    except ValueError as error:
        raise FileFormatError(f"{where}: expected a number as {what}, found {(text or '')[:40]!a}") from error


def size_from(width: str | None, height: str | None) -> Size | None:
    """Return two texts as a size in pixels, or None if they are none.

    Examples:
        >>> size_from("640", "480"), size_from("", None)
        ((640, 480), None)
    """
    sides = [
        int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0 for text in (width, height)
    ]
    return (sides[0], sides[1]) if all(sides) else None
