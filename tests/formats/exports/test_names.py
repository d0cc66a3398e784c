from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from al_core.exceptions import InvalidInputError
from al_core.formats import WRITERS, ExportRows
from tests.formats.exports.samples import BOXES, CLASSES, unzipped

HOSTILE = [
    "a, \"b'.png",
    "<!--]]>&amp;.png",
    "größe/猫.png",
    "=1+1.png",
    "a #?%.png",
    "cat\u202egnp.exe.png",
    "con.png",
]


def named(names: list[str], rows: ExportRows, folder: Path) -> ExportRows:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (20, 10)).save(folder / name)
    return replace(rows, filenames=names, scores=None, ranks=None)


@pytest.mark.parametrize("names", [HOSTILE[:3], HOSTILE[3:6], HOSTILE[4:]])
def test_any_name_is_written_as_it_is(rows: ExportRows, tmp_path: Path, names: list[str]) -> None:
    rows = named(names, rows, tmp_path)
    cvat = ElementTree.fromstring(WRITERS["cvat"].write(rows))
    assert [image.get("name") for image in cvat.findall("image")] == names
    assert unzipped(WRITERS["yolo"].write(rows))["train.txt"].decode().splitlines() == [f"./images/{n}" for n in names]
    assert list(unzipped(WRITERS["images"].write(rows))) == names


@pytest.mark.parametrize("format", ["txt", "yolo", "yolo-confidences"])
@pytest.mark.parametrize("name", ["a\nb.png", "a\r.png", "a\u2028b.png", "a.png\n"])
def test_a_name_of_several_lines_is_refused_where_each_line_is_a_name(rows: ExportRows, format: str, name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"holds a line break.*export JSON"):
        WRITERS[format].write(replace(rows, filenames=[name, "b.png", "c.png"]))


def test_a_control_character_is_refused_where_xml_has_no_way_to_write_it(rows: ExportRows, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"'a\\x01.png' holds a control character"):
        WRITERS["cvat"].write(named(["a\x01.png", "b.png", "c.png"], rows, tmp_path))
    classes = replace(CLASSES, class_names=["cat", "d\x00g"])
    for format in ("cvat", "label-studio"):
        with pytest.raises(InvalidInputError, match=r"'d\\x00g' holds a control character"):
            WRITERS[format].write(replace(rows, annotations=classes))


def test_a_class_name_of_two_lines_stays_one_class(rows: ExportRows) -> None:
    annotations = replace(BOXES, class_names=["cat", "a\nb"])
    config = unzipped(WRITERS["label-studio"].write(replace(rows, annotations=annotations)))["labeling-config.xml"]
    assert [label.get("value") for label in ElementTree.fromstring(config).iter("Label")] == ["cat", "a\nb"]
