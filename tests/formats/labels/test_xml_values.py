from xml.etree import ElementTree

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.labels.xml_values import attribute, number, size_from


def test_numbers_are_read_or_named() -> None:
    assert attribute("a.xml", ElementTree.Element("box", {"xtl": "1.5"}), "xtl") == 1.5
    with pytest.raises(FileFormatError, match=r"a\.xml: expected a number as box xtl, found ''"):
        attribute("a.xml", ElementTree.Element("box"), "xtl")
    with pytest.raises(FileFormatError, match="found 'left'"):
        number("a.xml", "xmin", "left")


def test_a_size_is_two_whole_numbers_above_0() -> None:
    assert size_from("640", "480") == (640, 480)
    assert [size_from("0", "480"), size_from("-1", "2"), size_from(None, "2"), size_from("9" * 20, "2")] == [None] * 4
