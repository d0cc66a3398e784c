import json
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from al_core.formats.predictions.predictions import Predictions


def found(predictions: Predictions, image: int) -> list[tuple[list[float], float, int]]:
    output = predictions.outputs[image]
    return [
        ([round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1)], round(float(score), 4), int(label))
        for box, score, label in zip(output.boxes, output.scores, output.labels, strict=True)
    ]


def coco(tmp_path: Path, results: list[dict[str, Any]], images: Any = None, name: str = "results.json") -> Predictions:
    path = tmp_path / name
    path.write_text(json.dumps(results))
    companion = None
    if images is not None:
        companion = tmp_path / "images.json"
        companion.write_text(json.dumps(images))
    return read_predictions(path, images=companion)


IMAGES = {
    "images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 50}, {"id": 9, "file_name": "b.jpg"}],
    "categories": [{"id": 18, "name": "dog"}, {"id": 17, "name": "cat"}],
}


@pytest.mark.parametrize("image_id", ["}, {", "},{", '"}, {"', "a\n}, {"])
def test_a_cut_between_entries_is_not_looked_for_inside_a_text(tmp_path: Path, image_id: str) -> None:
    results = [{"image_id": image_id, "category_id": 3, "bbox": [1, 1, 2, 2], "score": 0.5} for _ in range(2)]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    if "\n" in image_id:
        with pytest.raises(FileFormatError, match="control characters"):
            read_predictions(path)
    else:
        assert read_predictions(path).filenames == [image_id]


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":"), (",\n  ", ": ")])
@pytest.mark.parametrize("nested", [None, [{"a": 1}, {"b": [2, 3]}]])
def test_the_spacing_of_coco_results_and_other_keys_do_not_matter(
    tmp_path: Path, separators: tuple[str, str], nested: Any
) -> None:
    results = [
        {"image_id": 7 + 2 * i, "category_id": 17, "bbox": [10 * i, 0, 10, 10], "score": 0.5, "extra": nested}
        for i in range(2)
    ]
    (tmp_path / "images.json").write_text(json.dumps(IMAGES))
    (tmp_path / "results.json").write_text(json.dumps(results, separators=separators))
    predictions = read_predictions(tmp_path / "results.json", images=tmp_path / "images.json")
    assert predictions.outputs.n_boxes.tolist() == [1, 1]
    assert found(predictions, 0) == [([0, 0, 0.1, 0.2], 0.5, 1)]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"image_id": 1, "category_id": 17, "bbox": [0, 0, 1, 1], "score": 0.5}, "image_id 1 is not among the images"),
        (
            {"category_id": 17, "bbox": [0, 0, 1, 1], "score": 0.5},
            "entry 0 counting from 0 has no 'image_id'",
        ),
        ({"image_id": 7, "category_id": 17, "bbox": [0, 0, 1], "score": 0.5}, "expected a bbox x, y, width, height"),
        ({"image_id": 7, "category_id": 17, "bbox": [0, 0, 1, "x"], "score": 0.5}, "expected a number, found 'x'"),
        (
            {"image_id": 7, "category_id": 17, "bbox": [0, 0, 1, 1]},
            "have no 'score', so these are labels and not predictions",
        ),
    ],
)
def test_a_bad_coco_entry_is_refused_with_its_number(tmp_path: Path, result: dict[str, Any], message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        coco(tmp_path, [result], IMAGES)


def test_rotated_boxes_of_ultralytics_are_read_as_the_boxes_around_them(tmp_path: Path) -> None:
    # What `yolo obb val save_json=True` writes: no bbox, but rbox (center, sides, angle) and the four corners.
    rotated = {"rbox": [20.0, 15.0, 20.0, 5.0, 0.5], "poly": [10.0, 12.0, 28.0, 5.0, 30.0, 18.0, 12.0, 25.0]}
    entry = {"image_id": "a", "file_name": "a.jpg", "category_id": 17, "score": 0.5, **rotated}
    predictions = coco(tmp_path, [entry], IMAGES)
    assert found(predictions, 0) == [([0.1, 0.1, 0.3, 0.5], 0.5, 1)]
    assert "rotated-as-boxes" in [finding.what for finding in predictions.findings]
    with pytest.raises(FileFormatError, match="entry 0 counting from 0: expected a bbox x, y, width, height"):
        coco(tmp_path, [{**entry, "poly": [1.0, 2.0]}], IMAGES)
