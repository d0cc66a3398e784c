from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import boxes, saved

CAT = {"label": "cat", "confidence": 0.75, "coordinates": {"x": 0.5, "y": 0.25, "width": 0.5, "height": 0.5}}


def test_boxes_are_given_by_their_center(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.json", [{"image": "a.jpg", "annotations": [CAT]}, {"image": "b.jpg", "annotations": []}])
    predictions = read_predictions(path)
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert boxes(predictions, 0) == [("cat", 0.75, [0.25, 0, 0.75, 0.5])]


def test_annotations_for_training_have_no_confidence_and_are_refused(tmp_path: Path) -> None:
    label = {key: value for key, value in CAT.items() if key != "confidence"}
    with pytest.raises(FileFormatError, match="without confidences these are labels and not predictions"):
        read_predictions(saved(tmp_path / "p.json", [{"image": "a.jpg", "annotations": [label]}]))
