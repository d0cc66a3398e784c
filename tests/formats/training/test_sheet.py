from dataclasses import replace

import numpy as np
import pytest

from al_core.exceptions import MissingInputError
from tests.formats.training import labeled


def test_objects_have_their_boxes_and_points() -> None:
    first, second, third = labeled.keypoints().objects()
    dog, cat = first
    assert (dog.label, cat.label) == (1, 0)
    np.testing.assert_allclose(dog.corners, (0.1, 0.2, 0.5, 0.6), rtol=1e-6)
    np.testing.assert_allclose(dog.points, [[0.2, 0.3, 2.0], [0.4, 0.5, 2.0]], rtol=1e-6)
    np.testing.assert_allclose(cat.points, [[0.0, 0.0, 0.0], [0.2, 0.4, 1.0]], rtol=1e-6)
    assert len(second) == 2
    assert third == []


def test_an_object_without_a_box_has_the_one_around_its_points() -> None:
    _, second, _ = labeled.keypoints().objects()
    np.testing.assert_allclose(second[1].corners, (0.1, 0.2, 0.3, 0.4), rtol=1e-6)


def test_without_keypoints_as_the_task_only_boxes_count() -> None:
    sheet = replace(labeled.keypoints(), task="object-detection")
    assert [len(objects) for objects in sheet.objects()] == [2, 1, 0]
    assert all(len(each.points) == 0 for objects in sheet.objects() for each in objects)


def test_a_mask_of_another_size_is_laid_over_the_image() -> None:
    label_map = labeled.masks().label_map(1)
    assert label_map is not None
    assert label_map.shape == (50, 100)
    # 600 of 1,250 pixels line by line: 12 of 25 lines.
    assert (label_map[:24] == -1).all()
    assert (label_map[24:] == 0).all()


def test_an_image_of_unknown_size_is_named() -> None:
    sizes = np.array([[100.0, 50], [np.nan, np.nan], [100, 50]])
    with pytest.raises(MissingInputError, match=r"1 of 3 labeled images are of unknown size, the first is 'b\.png'"):
        replace(labeled.boxes(), sizes=sizes).pixel_sizes()
