from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import ReadingChoices, read_labels
from al_core.formats.choices import Unannotated

OBJECT = "<object><name>cat</name><bndbox><xmin>10</xmin><ymin>5</ymin><xmax>20</xmax><ymax>10</ymax></bndbox></object>"
SIZE = "<size><width>40</width><height>20</height></size>"


def write(tmp_path: Path, name: str, content: str) -> Path:
    path = tmp_path / "voc" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<annotation>{content}</annotation>")
    return tmp_path / "voc"


def test_boxes_are_read_with_the_folder_of_their_file(tmp_path: Path) -> None:
    folder = write(tmp_path, "Annotations/day/a.xml", f"<filename>a.jpg</filename>{SIZE}{OBJECT}")
    write(tmp_path, "Annotations/b.xml", f"{SIZE}{OBJECT}")
    labels = read_labels(folder)
    assert labels.filenames == ["Annotations/b", "day/a.jpg"]
    assert labels.boxes[["x0", "y0", "x1", "y1"]].tolist() == [(0.25, 0.25, 0.5, 0.5)] * 2


def test_one_file_alone_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path, "a.xml", f"<filename>a.jpg</filename>{SIZE}{OBJECT}")
    assert read_labels(folder / "a.xml").filenames == ["a.jpg"]


def test_names_of_label_studio_lose_their_digits_and_keep_the_annotator(tmp_path: Path) -> None:
    about = "<source><annotator>7</annotator></source><owner><name>Label Studio</name></owner>"
    folder = write(tmp_path, "x.xml", f"<filename>40004233__frame_0.5.jpg</filename>{about}{SIZE}{OBJECT}")
    labels = read_labels(folder)
    assert (labels.filenames, labels.annotators) == (["frame_0.5.jpg"], ["7"])


def test_files_that_name_the_image_of_another_one_are_named_after_themselves(tmp_path: Path) -> None:
    for name in "abc":
        folder = write(tmp_path, f"{name}.xml", f"<filename>a.jpg</filename>{SIZE}{OBJECT}")
    labels = read_labels(folder)
    assert labels.filenames == ["a.jpg", "b.xml", "c.xml"]
    assert [finding.sentence() for finding in labels.findings] == [
        "2 files name the image of another file ('b.xml', 'c.xml'): the images are named after these files."
    ]


def test_files_of_two_annotators_may_name_one_image(tmp_path: Path) -> None:
    for name in ("alice/Annotations/a.xml", "bob/Annotations/a.xml"):
        folder = write(tmp_path, name, f"<filename>a.jpg</filename>{SIZE}{OBJECT}")
    assert read_labels(folder).filenames == ["a.jpg", "a.jpg"]


def test_corners_that_are_reversed_in_all_files_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, "a.xml", f"<filename>a.jpg</filename>{SIZE}{OBJECT.replace('>20<', '>2<')}")
    with pytest.raises(FileFormatError, match=r"on 'a\.jpg'; check whether corners are reversed"):
        read_labels(folder)


def test_a_file_without_objects_is_open_unless_it_is_done(tmp_path: Path) -> None:
    folder = write(tmp_path, "a.xml", f"<filename>a.jpg</filename>{SIZE}")
    assert read_labels(folder).open_filenames == ["a.jpg"]
    assert read_labels(folder, ReadingChoices(unannotated=Unannotated.DONE)).filenames == ["a.jpg"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{SIZE}<object><name>cat</name></object>", r"voc/a\.xml: an object has no <bndbox>"),
        (f"{SIZE}{OBJECT.replace('10<', 'ten<')}", "expected a number as xmin, found 'ten'"),
        (f"{SIZE}<object><name>cat</name><polygon/></object>", "is LabelMe's XML, with polygons"),
        (OBJECT, "the file has no size of the image"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_labels(write(tmp_path, "a.xml", content))
