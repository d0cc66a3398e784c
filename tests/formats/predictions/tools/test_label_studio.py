from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import PredictionFiles, ScoreTable, read_prediction_files, read_predictions
from tests.formats.predictions.tools.objects import boxes, saved


def region(**value: Any) -> dict[str, Any]:
    content = {"x": 25, "y": 50, "width": 50, "height": 25, "rotation": 0, "rectanglelabels": ["cat"], **value}
    return {
        "from_name": "label",
        "to_name": "image",
        "type": "rectanglelabels",
        "original_width": 200,
        "original_height": 100,
        "value": content,
        "score": 0.75,
    }


def task(name: str, *predictions: Any) -> dict[str, Any]:
    return {"id": 1, "data": {"image": f"/data/upload/3/0a1b2c3d-{name}"}, "predictions": list(predictions)}


def test_boxes_are_in_percent_of_the_image(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.json", [task("a.jpg", {"result": [region()]}), task("b.jpg", {"result": []})])
    predictions = read_predictions(path)
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert boxes(predictions, 0) == [("cat", 0.75, [0.25, 0.5, 0.75, 0.75])]
    assert boxes(predictions, 1) == []


def test_a_task_without_predictions_was_not_predicted(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.json", [task("a.jpg", {"result": [region()]}), task("b.jpg")])
    assert read_predictions(path).filenames == ["a.jpg"]


def test_the_score_of_the_prediction_counts_where_a_region_has_none(tmp_path: Path) -> None:
    without = {key: value for key, value in region().items() if key != "score"}
    path = saved(tmp_path / "p.json", [task("a.jpg", {"score": 0.5, "result": [without]})])
    assert boxes(read_predictions(path), 0)[0][1] == 0.5
    path = saved(tmp_path / "q.json", [task("a.jpg", {"result": [without]})])
    with pytest.raises(FileFormatError, match="without confidences these are labels"):
        read_predictions(path)


def test_a_rotated_box_is_read_by_the_upright_box_around_it(tmp_path: Path) -> None:
    # A quarter turn about the upper left corner, in an image of 200 x 100: 100 x 25 pixels at (50, 50) reach from
    # 25 to 50 across and from 50 to 150 down, which the image ends at 100.
    path = saved(tmp_path / "p.json", [task("a.jpg", {"result": [region(rotation=90)]})])
    predictions = read_predictions(path)
    assert boxes(predictions, 0) == [("cat", 0.75, [0.125, 0.5, 0.25, 1.0])]
    assert "boxes-rotated" in [finding.what for finding in predictions.findings]


def test_of_several_predictions_the_last_is_read_and_other_regions_are_said_not_to_be(tmp_path: Path) -> None:
    brush = {"type": "brushlabels", "value": {"format": "rle", "rle": []}}
    path = saved(tmp_path / "p.json", [task("a.jpg", {"result": []}, {"result": [region(), brush]})])
    predictions = read_predictions(path)
    assert len(boxes(predictions, 0)) == 1
    assert {"several-predictions", "regions-not-read"} <= {finding.what for finding in predictions.findings}


def test_a_polygon_is_read_as_the_box_around_it(tmp_path: Path) -> None:
    polygon = {
        "type": "polygonlabels",
        "value": {"points": [[10, 20], [30, 60], [20, 10]], "polygonlabels": ["cat"]},
        "score": 0.5,
    }
    predictions = read_predictions(saved(tmp_path / "p.json", [task("a.jpg", {"result": [polygon]})]))
    assert boxes(predictions, 0) == [("cat", 0.5, [0.1, 0.1, 0.3, 0.6])]


def test_tasks_that_people_have_annotated_are_labels(tmp_path: Path) -> None:
    annotated = {**task("a.jpg"), "annotations": [{"result": [region()]}]}
    with pytest.raises(
        FileFormatError, match="none of its 1 images has predictions; what people have annotated are label"
    ):
        read_predictions(saved(tmp_path / "p.json", [annotated]))


def test_a_choice_is_the_most_probable_class_of_its_image(tmp_path: Path) -> None:
    def choice(name: str, score: float) -> dict[str, Any]:
        value = {"choices": [name]}
        return {
            "result": [{"from_name": "class", "to_name": "image", "type": "choices", "value": value, "score": score}]
        }

    path = saved(tmp_path / "p.json", [task("a.jpg", choice("cat", 0.75)), task("b.jpg", choice("dog", 0.5))])
    contents = read_prediction_files(PredictionFiles(path))
    assert isinstance(contents, ScoreTable)
    assert contents.filenames == ["a.jpg", "b.jpg"]
    assert contents.scores["uncertainty_least_confidence"].tolist() == [0.25, 0.5]
