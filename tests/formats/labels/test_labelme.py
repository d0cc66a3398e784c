import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, read_labels


def saved(folder: Path, *shapes: dict[str, Any], name: str = "a.json", image: str = "a.jpg", **more: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {"version": "5", "flags": {}, "shapes": shapes, "imagePath": image, "imageData": None}
    path.write_text(json.dumps(content | {"imageWidth": 200, "imageHeight": 100} | more))
    return path


def shape(label: str, kind: str, *points: list[float]) -> dict[str, Any]:
    return {"label": label, "points": points, "shape_type": kind}


def corners(labels: Labels) -> list[list[float]]:
    return [[round(float(box[side]), 3) for side in ("x0", "y0", "x1", "y1")] for box in labels.boxes]


def test_shapes_are_objects_with_their_boxes(tmp_path: Path) -> None:
    labels = read_labels(
        saved(
            tmp_path,
            shape("cat", "rectangle", [100, 50], [20, 10]),
            shape("dog", "polygon", [0, 0], [40, 0], [40, 20]),
            shape("eye", "circle", [100, 50], [100, 60]),
            shape("cat", "line", [0, 0], [5, 5]),
        )
    )
    assert (labels.source, labels.filenames, labels.class_names) == ("labelme", ["a.jpg"], ["cat", "dog", "eye"])
    assert corners(labels) == [[0.1, 0.1, 0.5, 0.5], [0, 0, 0.2, 0.2], [0.45, 0.4, 0.55, 0.6]]
    assert [finding.what for finding in labels.findings] == ["objects-not-read"]


def test_a_saved_image_without_shapes_is_labeled_and_flags_are_classes(tmp_path: Path) -> None:
    assert len(read_labels(saved(tmp_path / "empty"))) == 1
    labels = read_labels(saved(tmp_path, flags={"blurred": True, "dark": False}))
    assert [labels.class_names[entry["label"]] for entry in labels.classes] == ["blurred"]


def test_points_are_keypoints(tmp_path: Path) -> None:
    labels = read_labels(saved(tmp_path, shape("nose", "point", [50, 50])))
    np.testing.assert_allclose([labels.keypoints["x"][0], labels.keypoints["y"][0]], [0.25, 0.5])


def test_images_are_named_from_where_their_file_lies(tmp_path: Path) -> None:
    saved(tmp_path / "set", shape("cat", "rectangle", [0, 0], [9, 9]), name="day/a.json", image="a.jpg")
    saved(tmp_path / "set", shape("cat", "rectangle", [0, 0], [9, 9]), name="json/b.json", image="..\\img\\b.jpg")
    assert read_labels(tmp_path / "set").filenames == ["day/a.jpg", "img/b.jpg"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shapes": [{"label": "cat", "points": [[1]]}]}, r"shape 0 counting from 0: expected 'points' as pairs"),
        ({"shapes": [3]}, "expected an object, found 3"),
        ({"shapes": None}, "expected 'shapes' and 'imagePath'"),
    ],
)
def test_what_is_no_shape_is_refused_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(FileFormatError, match=said):
        read_labels(saved(tmp_path, **change))
