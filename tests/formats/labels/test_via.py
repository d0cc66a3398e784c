import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, ReadingChoices, read_labels
from al_core.formats.choices import Unannotated


@pytest.fixture
def images(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (200, 100)).save(tmp_path / "images" / name)
    return tmp_path / "images"


def region(attributes: dict[str, Any], **shape: Any) -> dict[str, Any]:
    return {"shape_attributes": shape, "region_attributes": attributes}


def saved(folder: Path, *regions: dict[str, Any], is_project: bool = False, by_number: bool = False) -> Path:
    first: Any = {str(number): entry for number, entry in enumerate(regions)} if by_number else regions
    entries = {
        "a.jpg123": {"filename": "a.jpg", "size": 123, "regions": first, "file_attributes": {}},
        "b.jpg9": {"filename": "b.jpg", "size": 9, "regions": {} if by_number else [], "file_attributes": {}},
    }
    content = {"_via_settings": {}, "_via_img_metadata": entries, "_via_attributes": {}} if is_project else entries
    (folder / "via.json").write_text(json.dumps(content))
    return folder / "via.json"


def corners(labels: Labels) -> list[list[float]]:
    return [[round(float(box[side]), 3) for side in ("x0", "y0", "x1", "y1")] for box in labels.boxes]


@pytest.mark.parametrize("is_project", [True, False])
@pytest.mark.parametrize("by_number", [True, False])
def test_regions_are_objects_in_pixels_of_their_images(
    tmp_path: Path, images: Path, is_project: bool, by_number: bool
) -> None:
    path = saved(
        tmp_path,
        region({"label": "cat", "quality": "good"}, name="rect", x=20, y=10, width=80, height=40),
        region(
            {"type": {"dog": True, "cat": False}}, name="polygon", all_points_x=[0, 40, 40], all_points_y=[0, 0, 20]
        ),
        region({"kind": "eye"}, name="circle", cx=100, cy=50, r=10),
        region({"kind": "eye"}, name="polyline", all_points_x=[1], all_points_y=[1]),
        is_project=is_project,
        by_number=by_number,
    )
    labels = read_labels(path, ReadingChoices(images_dir=images))
    assert (labels.source, labels.class_names) == ("VGG Image Annotator", ["cat", "dog", "eye"])
    assert corners(labels) == [[0.1, 0.1, 0.5, 0.5], [0, 0, 0.2, 0.2], [0.45, 0.4, 0.55, 0.6]]
    assert labels.open_filenames == ["b.jpg"]


def test_an_image_without_regions_is_labeled_if_a_person_says_so(tmp_path: Path, images: Path) -> None:
    choices = ReadingChoices(images_dir=images, unannotated=Unannotated.DONE)
    labels = read_labels(saved(tmp_path, region({}, name="point", cx=50, cy=50)), choices)
    assert labels.filenames == ["a.jpg", "b.jpg"]
    assert labels.class_names == ["object"]


def test_without_the_images_it_is_said_what_is_missing(tmp_path: Path) -> None:
    path = saved(tmp_path, region({"label": "cat"}, name="rect", x=2, y=1, width=8, height=4))
    with pytest.raises(FileFormatError, match="no size of the image; give the folder of the images"):
        read_labels(path)


def test_ellipses_are_turned_by_radians(tmp_path: Path, images: Path) -> None:
    upright = region({"label": "cat"}, name="ellipse", cx=100, cy=50, rx=40, ry=10)
    turned = region({"label": "cat"}, name="ellipse", cx=100, cy=50, rx=40, ry=10, theta=1.5707963)
    labels = read_labels(saved(tmp_path, upright, turned), ReadingChoices(images_dir=images))
    assert corners(labels) == [[0.3, 0.4, 0.7, 0.6], [0.45, 0.1, 0.55, 0.9]]


@pytest.mark.parametrize("shape", [{"name": "rect", "x": 1}, {"name": "circle", "cx": 1, "cy": 2, "r": "x"}])
def test_a_region_without_its_numbers_is_refused_with_its_place(
    tmp_path: Path, images: Path, shape: dict[str, Any]
) -> None:
    with pytest.raises(FileFormatError, match=r"a\.jpg, region 0 counting from 0: the numbers of its"):
        read_labels(saved(tmp_path, region({"label": "cat"}, **shape)), ReadingChoices(images_dir=images))
