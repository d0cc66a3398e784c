from xml.etree import ElementTree

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.xml_tree import parse_xml


def test_text_and_attributes_are_read() -> None:
    root = parse_xml("<a b='ü'>x</a>".encode(), "a.xml")
    assert (root.get("b"), root.text) == ("ü", "x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<a>", "a.xml is not XML"),
        (b"\xff\xfe\x00", "a.xml is not XML"),
        (b'<?xml version="1.0" encoding="none"?><a/>', "a.xml is not XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "a.xml declares a document type"),
    ],
)
def test_what_is_no_plain_xml_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        parse_xml(content, "a.xml")


def test_elements_that_are_taken_are_emptied() -> None:
    taken: list[str | None] = []

    def take(element: ElementTree.Element) -> None:
        taken.append(element.findtext("b"))

    root = parse_xml(b"<r><a><b>1</b></a><a><b>2</b></a></r>", "x.xml", take={"a": take})
    assert taken == ["1", "2"]
    assert [len(element) for element in root] == [0, 0]
