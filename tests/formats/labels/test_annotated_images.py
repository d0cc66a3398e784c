import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from al_core.exceptions import FileFormatError
from al_core.formats.labels.annotated_images import AnnotatedImages
from al_core.formats.labels.image_sizes import Size


def add(images: AnnotatedImages, filename: str, *, size: Size | None = None, units: Size | None = None) -> None:
    images.add(filename, annotator="ann", time=math.nan, size=size, units=units)


def test_a_size_that_the_file_lacks_is_read_from_the_image(tmp_path: Path) -> None:
    Image.new("L", (4, 2)).save(tmp_path / "b.png")
    images = AnnotatedImages("l.json", tmp_path)
    add(images, "a.png", size=(9.0, 8.0))
    add(images, "b.png")
    assert images.extent == (4, 2)
    assert images.sizes(np.float32).tolist() == [[9, 8], [4, 2]]


def test_coordinates_in_other_units_than_pixels_need_no_size() -> None:
    images = AnnotatedImages("l.json", None)
    add(images, "a.png", units=(100.0, 100.0))
    assert (images.extent, images.size) == ((100, 100), None)


def test_units_end_with_their_annotation() -> None:
    images = AnnotatedImages("l.json", None)
    add(images, "a.png", units=(100.0, 100.0))
    add(images, "b.png")
    with pytest.raises(FileFormatError, match=r"l\.json, b\.png: the objects are in pixels and the file has no size"):
        _ = images.extent


def test_images_are_opened_only_for_the_boxes_that_need_it(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.new("L", (4, 2)).save(tmp_path / name)
    images = AnnotatedImages("l.json", tmp_path)
    first = images.add_all(["a.png", "b.png"], annotators=["", ""], times=np.array([60.0, 61]), sizes=[None, None])
    extents = images.extents(first + np.array([0, 1, 1]), np.array([1]), None)
    np.testing.assert_array_equal(extents, [[np.nan, np.nan], [4, 2], [4, 2]])
    assert (images.times.tolist(), images.last) == ([60, 61], 1)
