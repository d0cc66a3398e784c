from pathlib import Path

import numpy as np

from al_core.formats import PredictionFiles, Predictions, ScoreTable, read_prediction_files
from al_core.formats.predictions.long_form import long_form


def read(path: Path, text: str) -> Predictions | ScoreTable:
    path.write_text(text)
    return read_prediction_files(PredictionFiles(path))


def test_a_row_for_each_image_and_class_is_one_row_for_each_image(tmp_path: Path) -> None:
    rows = "image,class,probability\na.png,cat,0.75\na.png,dog,0.25\nb.png,cat,0.5\nb.png,dog,0.5\n"
    predictions = read(tmp_path / "p.csv", rows)
    assert isinstance(predictions, Predictions)
    assert (predictions.filenames, predictions.class_names) == (["a.png", "b.png"], ["cat", "dog"])
    assert predictions.outputs.tolist() == [[0.75, 0.25], [0.5, 0.5]]
    assert "long-form" in [finding.what for finding in predictions.findings]


def test_of_some_classes_for_each_image_the_highest_two_give_scores(tmp_path: Path) -> None:
    rows = "image,class,probability\na.png,cat,0.5\na.png,dog,0.25\nb.png,owl,0.75\nb.png,cat,0.25\n"
    table = read(tmp_path / "p.csv", rows)
    assert isinstance(table, ScoreTable)
    assert table.filenames == ["a.png", "b.png"]
    assert table.scores["uncertainty_least_confidence"].tolist() == [0.5, 0.25]
    assert table.scores["uncertainty_margin"].tolist() == [0.75, 0.5]


def test_two_objects_of_one_class_in_an_image_are_no_classes_of_it(tmp_path: Path) -> None:
    table = read(tmp_path / "p.csv", "image,class,probability\na.png,cat,0.5\na.png,cat,0.75\nb.png,cat,0.25\n")
    # Their images come twice, which the report says.
    assert table.filenames == ["a.png", "a.png", "b.png"]


def test_classes_that_each_image_has_in_its_own_order_are_ordered_by_number() -> None:
    table = long_form(["a", "a", "b", "b"], ["c10", "c2", "c2", "c10"], np.array([0.5, 0.5, 0.25, 0.75]))
    assert table is not None
    assert table.class_names == ["c2", "c10"]
    assert table.matrix.tolist() == [[0.5, 0.5], [0.25, 0.75]]
    assert long_form(["a", "b"], ["cat", "dog"], np.array([0.5, 0.5])) is None
