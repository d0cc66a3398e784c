from pathlib import Path

from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import boxes, saved


def test_labels_without_a_box_are_passed_over_and_null_is_no_objects(tmp_path: Path) -> None:
    car = {"category": "car", "score": 0.5, "box2d": {"x1": 0.1, "y1": 0.2, "x2": 0.3, "y2": 0.4}}
    lane = {"category": "lane", "poly2d": []}
    path = saved(tmp_path / "p.json", [{"name": "a.jpg", "labels": [lane, car]}, {"name": "b.jpg", "labels": None}])
    predictions = read_predictions(path)
    assert boxes(predictions, 0) == [("car", 0.5, [0.1, 0.2, 0.3, 0.4])]
    assert boxes(predictions, 1) == []
