import json
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Predictions, read_predictions, recognize

# The same box, a quarter to a half of a square image of 100 pixels, as each tool writes it.
BOX = [25.0, 25.0, 50.0, 50.0]
YOLOV5 = {"xmin": 25.0, "ymin": 25.0, "xmax": 50.0, "ymax": 50.0, "confidence": 0.75, "class": 15, "name": "cat"}
AUTO_ML = {"label": "cat", "score": 0.75, "box": {"topX": 0.25, "topY": 0.25, "bottomX": 0.5, "bottomY": 0.5}}
PADDLE = {"cls_id": 15, "label": "cat", "score": 0.75, "coordinate": BOX}
SCRIPT = {"category": "cat", "conf": 0.75, "bbox": [25, 25, 25, 25]}
CENTER = {"class": "cat", "confidence": 0.75, "x_center": 0.375, "y_center": 0.375, "width": 0.25, "height": 0.25}
DOCUMENTS: dict[str, Any] = {
    "YOLOv5": {"a.png": [YOLOV5], "b.png": []},
    "Azure ML's AutoML": [{"filename": "a.png", "boxes": [AUTO_ML]}, {"filename": "b.png", "boxes": []}],
    "a script": [{"image": "a.png", "detections": [SCRIPT]}, {"image": "b.png", "detections": []}],
    "a script with centers": {"images": [{"path": "a.png", "objects": [CENTER]}, {"path": "b.png", "objects": []}]},
}


def write(tmp_path: Path, content: Any, name: str = "p.json") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def boxes(predictions: Predictions) -> list[list[tuple[str, float]]]:
    return [
        [
            (predictions.class_names[label], float(score))
            for label, score in zip(output.labels, output.scores, strict=True)
        ]
        for output in predictions.outputs
    ]


def corners(predictions: Predictions) -> list[list[float]]:
    pixels = predictions.pixel_boxes
    coordinates = predictions.outputs.objects.corners if pixels is None else pixels.coordinates
    return [list(map(float, box)) for box in coordinates]


@pytest.mark.parametrize("tool", DOCUMENTS)
def test_objects_are_read_whatever_their_keys_are(tmp_path: Path, tool: str) -> None:
    path = write(tmp_path, DOCUMENTS[tool])
    assert recognize(path) == "box-objects"
    predictions = read_predictions(path)
    assert predictions.filenames == ["a.png", "b.png"]
    assert boxes(predictions) == [[("cat", 0.75)], []]


@pytest.mark.parametrize("tool", ["Azure ML's AutoML", "a script with centers"])
def test_boxes_are_where_their_keys_say(tmp_path: Path, tool: str) -> None:
    assert corners(read_predictions(write(tmp_path, DOCUMENTS[tool]))) == [[0.25, 0.25, 0.5, 0.5]]


def test_a_file_per_image_may_name_it(tmp_path: Path) -> None:
    write(tmp_path, {"input_path": "in/a.png", "page_index": None, "boxes": [PADDLE]}, "out/a_res.json")
    write(tmp_path, {"input_path": "in/b.png", "page_index": None, "boxes": []}, "out/b_res.json")
    predictions = read_predictions(tmp_path / "out")
    assert (predictions.filenames, boxes(predictions)) == (["in/a.png", "in/b.png"], [[("cat", 0.75)], []])


def test_a_list_alone_is_of_the_image_that_the_file_is_named_after(tmp_path: Path) -> None:
    predictions = read_predictions(write(tmp_path, [YOLOV5], "a.json"))
    assert (predictions.filenames, boxes(predictions)) == (["a.json"], [[("cat", 0.75)]])


def test_objects_that_name_their_images_are_rows_of_a_table(tmp_path: Path) -> None:
    path = write(tmp_path, [{"filename": "a.png", **YOLOV5}])
    assert recognize(path) == "detection-table"
    assert boxes(read_predictions(path)) == [[("cat", 0.75)]]
    assert recognize(write(tmp_path, [{"image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}])) == "coco"


def test_boxes_written_in_two_ways_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.png": [YOLOV5], "b.png": [CENTER]})
    with pytest.raises(FileFormatError, match=r"p\.json writes boxes in several ways, as x0, y0, x1, y1 and as"):
        read_predictions(path)


def test_some_images_without_a_name_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, [{"file": "a.png", "objects": [SCRIPT]}, {"objects": [SCRIPT]}])
    with pytest.raises(FileFormatError, match="image 1 counting from 0 has no filename and others have one"):
        read_predictions(path)
