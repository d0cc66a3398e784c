from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import boxes, saved

CAT = {"score": 0.75, "label": "cat", "box": {"xmin": 10, "ymin": 0, "xmax": 40, "ymax": 50}}
DOG = {"score": 0.5, "label": "dog", "box": {"xmin": 0, "ymin": 25, "xmax": 100, "ymax": 100}}


def test_the_results_of_a_list_of_images_are_in_the_order_of_the_query_set(tmp_path: Path) -> None:
    predictions = read_predictions(saved(tmp_path / "p.json", [[CAT, DOG], [], [DOG]]), filenames=["a", "b", "c"])
    assert predictions.filenames == ["a", "b", "c"]
    assert [(name, score) for name, score, _ in boxes(predictions, 0)] == [("cat", 0.75), ("dog", 0.5)]
    assert predictions.outputs.n_boxes.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    "content",
    [
        {"a.jpg": [CAT], "b.jpg": []},
        [{"filename": "a.jpg", "predictions": [CAT]}, {"filename": "b.jpg", "predictions": []}],
        [{"image": "a.jpg", "detections": [CAT]}, {"image": "b.jpg", "detections": []}],
        {"results": [{"image_path": "a.jpg", "objects": [CAT]}, {"image_path": "b.jpg", "objects": []}]},
    ],
)
def test_results_that_name_their_images_are_read_under_any_usual_key(tmp_path: Path, content: Any) -> None:
    predictions = read_predictions(saved(tmp_path / "p.json", content))
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert [score for _, score, _ in boxes(predictions, 0)] == [0.75]
    assert boxes(predictions, 1) == []


def test_objects_without_a_score_are_labels_and_refused(tmp_path: Path) -> None:
    label = {"label": "cat", "box": CAT["box"], "score": None}
    with pytest.raises(
        FileFormatError, match=r"p\.json, 'a\.jpg': an object has no 'score'; without confidences these"
    ):
        read_predictions(saved(tmp_path / "p.json", {"a.jpg": [label]}))


def test_objects_in_one_list_are_grouped_by_the_image_that_each_names(tmp_path: Path) -> None:
    box = {"xmin": 0, "ymin": 0, "xmax": 0.5, "ymax": 0.5}
    rows = [
        {"image": "a.png", "score": 0.5, "label": "cat", "box": box},
        {"image": "b.png", "score": 0.25, "label": "dog", "box": box},
        {"image": "a.png", "score": 0.75, "label": "dog", "box": box},
    ]
    predictions = read_predictions(saved(tmp_path / "p.json", rows))
    assert predictions.filenames == ["a.png", "b.png"]
    assert [score for _, score, _ in boxes(predictions, 0)] == [0.5, 0.75]
