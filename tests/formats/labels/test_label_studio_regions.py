from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.choices import BY_CONTENT
from al_core.formats.labels.collector import LabelCollector
from al_core.formats.labels.label_studio_regions import PERCENT, add_regions, size_of
from al_core.formats.labels.labels import Labels

SIZE = {"original_width": 200, "original_height": 100}


def read(*regions: dict[str, Any]) -> Labels:
    labels = LabelCollector("l.json", BY_CONTENT)
    labels.annotate("a.png", size=size_of(regions), units=PERCENT)
    add_regions("l.json", regions, labels)
    return labels.finished()


def corners(labels: Labels) -> list[list[float]]:
    return [[round(float(box[side]), 4) for side in ("x0", "y0", "x1", "y1")] for box in labels.boxes]


def test_a_rectangle_is_in_percent() -> None:
    region = {"x": 10, "y": 20, "width": 30, "height": 40, "rectanglelabels": ["cat", "dog"]}
    labels = read(region)
    assert corners(labels) == [[0.1, 0.2, 0.4, 0.6]] * 2
    assert [labels.class_names[label] for label in labels.boxes["label"]] == ["cat", "dog"]


def test_a_rectangle_turns_around_its_upper_left_corner_in_pixels() -> None:
    # 40 x 20 pixels at (100, 50), turned by 90 degrees: it goes 20 to the left and 40 down.
    region = SIZE | {"x": 50, "y": 50, "width": 20, "height": 20, "rotation": 90, "rectanglelabels": ["cat"]}
    assert corners(read(region)) == [[0.4, 0.5, 0.5, 0.9]]


def test_a_shape_with_its_class_in_another_region_is_read_once() -> None:
    shape = {"id": "r", "type": "rectangle", "x": 0, "y": 0, "width": 50, "height": 50}
    assert len(read(shape, shape | {"type": "labels", "labels": ["cat"]}).boxes) == 1


def test_polygons_ellipses_and_choices_are_read() -> None:
    polygon = SIZE | {"points": [[0, 0], [50, 0], [50, 50], [0, 50]], "polygonlabels": ["cat"]}
    ellipse = SIZE | {"x": 75, "y": 50, "radiusX": 25, "radiusY": 50, "ellipselabels": ["dog"]}
    labels = read(polygon, ellipse, {"choices": ["night", "rain"]}, {"taxonomy": [["animal", "bird"]]})
    assert corners(labels) == [[0, 0, 0.5, 0.5], [0.5, 0, 1, 1]]
    assert [labels.class_names[label] for label in labels.classes["label"]] == ["night", "rain", "animal/bird"]
    label_map = labels.annotation(0).label_map
    assert label_map is not None
    # A quarter of 20,000 pixels, and an ellipse of pi x 50 x 50 of them.
    assert np.count_nonzero(label_map == labels.class_names.index("cat")) == 5000
    assert abs(np.count_nonzero(label_map == labels.class_names.index("dog")) - 7854) < 60


def test_keypoints_of_one_object_stay_together() -> None:
    first = SIZE | {"x": 1, "y": 2, "keypointlabels": ["cat"], "meta": {"text": ["object 1, keypoint 3"]}}
    later = SIZE | {"x": 3, "y": 4, "keypointlabels": ["cat"], "id": "object-1-keypoint-1"}
    other = SIZE | {"x": 5, "y": 6, "keypointlabels": ["cat"]}
    child = SIZE | {"x": 7, "y": 8, "keypointlabels": ["dog"], "parentID": "box"}
    points = read(first, later, other, child).keypoints
    assert points[["instance", "label", "number"]].tolist() == [(0, 0, 0), (0, 0, 2), (1, 0, 0), (2, 1, 0)]


def test_what_is_no_number_and_what_is_not_read_is_said() -> None:
    with pytest.raises(FileFormatError, match=r"l\.json: a region has no number 'x', found 'left'"):
        read({"x": "left", "y": 1, "width": 1, "height": 1, "rectanglelabels": ["cat"]})
    with pytest.raises(FileFormatError, match="a polygon is a list of x and y"):
        read({"points": [[1]], "polygonlabels": ["cat"]})
    labels = read({"text": ["hello"]})
    assert [finding.what for finding in labels.findings] == ["objects-not-read"]
