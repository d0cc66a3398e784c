"""XML of strangers, as a tree of elements."""

from collections.abc import Callable, Mapping
from xml.etree import ElementTree

from al_core.exceptions import FileFormatError

Take = Callable[[ElementTree.Element], None]
"""What is done with an element once it is complete."""


def parse_xml(content: bytes, where: str, *, take: Mapping[str, Take] | None = None) -> ElementTree.Element:
    """Return the root of an XML document.

    Args:
        content: The document.
        where: Its name, for messages.
        take: By tag, what is done with elements; they are emptied afterwards, so that they are not all in memory.

    Raises:
        FileFormatError: If it is not XML, or declares a document type.

    Examples:
        >>> parse_xml(b"<View><Choice value='cat'/></View>", "config.xml").find("Choice").get("value")
        'cat'
    """
    try:
        parser = ElementTree.XMLParser(target=_PlainTree(where, take or {}))
        root: ElementTree.Element = ElementTree.fromstring(content, parser)
        return root
    except FileFormatError:
        raise
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise FileFormatError(f"{where} is not XML ({error}); write it again") from error


class _PlainTree(ElementTree.TreeBuilder):
    """Builds the tree of a document without a type: its entities are how a small XML file grows without end.

    The parser calls `doctype`, whatever the encoding in which the file hides it.
    """

    def __init__(self, where: str, take: Mapping[str, Take]) -> None:
        super().__init__()
        self._where = where
        self._take = take

    def doctype(self, *_: str | None) -> None:
        raise FileFormatError(f"{self._where} declares a document type, which is not read; remove it")

    def end(self, tag: str) -> ElementTree.Element:
        element = super().end(tag)
        if tag in self._take:
            self._take[tag](element)
            element.clear()
        return element
