from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, ReadingChoices, read_labels
from al_core.formats.choices import Unannotated

HEAD = """<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta><task><labels>
<label><name>owl</name></label><label><name>cat</name></label><label><name>1</name><parent>cat</parent></label>
</labels></task></meta>"""


def write(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "annotations.xml"
    path.write_text(f"{HEAD}{body}</annotations>")
    return path


def image(shapes: str, name: str = "a.png") -> str:
    return f'<image id="0" name="{name}" width="200" height="100">{shapes}</image>'


def read(tmp_path: Path, shapes: str) -> Labels:
    return read_labels(write(tmp_path, image(shapes)))


def corners(labels: Labels) -> list[list[float]]:
    return [[round(float(box[side]), 4) for side in ("x0", "y0", "x1", "y1")] for box in labels.boxes]


def test_boxes_are_read_and_turned_around_their_center(tmp_path: Path) -> None:
    box = '<box label="cat" xtl="20" ytl="20" xbr="60" ybr="40" occluded="0"{}/>'
    labels = read(tmp_path, box.format("") + box.format(' rotation="90"'))
    assert corners(labels) == [[0.1, 0.2, 0.3, 0.4], [0.15, 0.1, 0.25, 0.5]]
    assert labels.class_names == ["owl", "cat"]
    assert labels.sizes.tolist() == [[200, 100]]


def test_tags_polygons_masks_and_ellipses_are_read(tmp_path: Path) -> None:
    shapes = """<tag label="owl"/><polygon label="cat" points="0,0;100,0;100,100;0,100"/>
    <mask label="owl" rle="1, 2, 1" left="150" top="50" width="2" height="2"/><ellipse label="cat" cx="150" cy="20"
    rx="20" ry="10"/><polyline label="cat" points="1,1;2,2"/>"""
    labels = read(tmp_path, shapes)
    assert labels.classes.tolist() == [(0, 0)]
    assert corners(labels) == [[0, 0, 0.5, 1], [0.75, 0.5, 0.76, 0.52], [0.65, 0.1, 0.85, 0.3]]
    label_map = labels.annotation(0).label_map
    assert label_map is not None
    assert label_map[50:52, 150:152].tolist() == [[-1, 0], [0, -1]]
    assert np.count_nonzero(label_map[:, :100] == 1) == 10_000
    assert [finding.what for finding in labels.findings] == ["objects-not-read"]


def test_points_and_skeletons_are_objects_with_keypoints(tmp_path: Path) -> None:
    skeleton = """<skeleton label="cat"><points label="2" points="100,50" outside="0" occluded="1"/>
    <points label="1" points="0,0" outside="1" occluded="0"/></skeleton>"""
    labels = read(tmp_path, f'<points label="owl" points="20,10;40,20"/>{skeleton}')
    assert labels.keypoints[["instance", "label", "number", "visibility"]].tolist() == [
        (0, 0, 0, 2),
        (0, 0, 1, 2),
        (1, 1, 1, 1),
    ]
    np.testing.assert_allclose(labels.keypoints["x"], [0.1, 0.2, 0.5])


def test_an_image_without_shapes_is_open_unless_it_is_done(tmp_path: Path) -> None:
    path = write(
        tmp_path, image('<tag label="cat"/><box label="cat" xtl="0" ytl="0" xbr="9" ybr="9"/>') + image("", "b")
    )
    assert read_labels(path).open_filenames == ["b"]
    assert read_labels(path, ReadingChoices(unannotated=Unannotated.DONE)).filenames == ["a.png", "b"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<track id="0" label="cat"><box frame="0"/></track>', "is of a video"),
        (image('<box label="cat" xtl="left"/>'), "expected a number as box xtl, found 'left'"),
        (image('<polygon label="cat" points="1;2"/>'), "expected points as x,y;x,y"),
        (image('<mask label="cat" rle="1" left="0" top="0" width="2" height="2"/>'), "a mask has 1 pixels for 2 × 2"),
        (image('<mask label="cat" rle="x" left="0" top="0" width="2" height="2"/>'), "is not whole numbers"),
        (image("", ""), "an image has no name"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_labels(write(tmp_path, body))


def test_another_document_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text("<other/>")
    with pytest.raises(FileFormatError, match="begins with <other>; expected <annotations>"):
        read_labels(tmp_path / "x.xml", ReadingChoices(format="cvat"))


def test_a_folder_may_call_the_file_otherwise(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    write(tmp_path, image('<tag label="cat"/>')).rename(tmp_path / "set" / "val.xml")
    assert read_labels(tmp_path / "set").filenames == ["a.png"]
