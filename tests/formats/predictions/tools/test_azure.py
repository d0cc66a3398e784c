from pathlib import Path

from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import boxes, saved


def test_boxes_are_relative_and_given_by_their_upper_left_corner(tmp_path: Path) -> None:
    box = {"left": 0.25, "top": 0.5, "width": 0.5, "height": 0.25}
    response = {"id": "1", "predictions": [{"probability": 0.75, "tagName": "cat", "boundingBox": box}]}
    predictions = read_predictions(saved(tmp_path / "p.json", {"a.jpg": response}))
    assert predictions.filenames == ["a.jpg"]
    assert boxes(predictions, 0) == [("cat", 0.75, [0.25, 0.5, 0.75, 0.75])]
