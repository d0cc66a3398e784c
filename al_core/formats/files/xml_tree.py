"""XML of strangers, as a tree of elements."""

from xml.etree import ElementTree

from al_core.exceptions import FileFormatError


def parse_xml(content: bytes, where: str) -> ElementTree.Element:
    """Return the root of an XML document.

    Raises:
        FileFormatError: If it is not XML, or declares a document type.

    Examples:
        >>> parse_xml(b"<View><Choice value='cat'/></View>", "config.xml").find("Choice").get("value")
        'cat'
    """
    try:
        return ElementTree.fromstring(content, ElementTree.XMLParser(target=_PlainTree(where)))
    except FileFormatError:
        raise
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise FileFormatError(f"{where} is not XML ({error}); write it again") from error


class _PlainTree(ElementTree.TreeBuilder):
    """Builds the tree of a document without a type: its entities are how a small XML file grows without end.

    The parser calls `doctype`, whatever the encoding in which the file hides it.
    """

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def doctype(self, *_: str | None) -> None:
        raise FileFormatError(f"{self._where} declares a document type, which is not read; remove it")
