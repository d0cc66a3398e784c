from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Predictions, ReadingChoices, Severity, read_predictions
from al_core.formats.predictions.class_table import Contents, class_names, read_class_table
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.tables.table import CellTable

NAMES = ["a.png", "b.png", "c.png"]
CAT = [0.25, 0.5, 1.0]
DOG = [0.75, 0.5, 0.0]


def read(columns: dict[str, list[Any]], *, prefers_scores: bool = False, **chosen: str) -> Contents:
    return read_class_table(CellTable("p", columns), ReadingChoices(columns=chosen), prefers_scores=prefers_scores)


def test_a_class_may_be_called_like_an_object(tmp_path: Path) -> None:
    predictions = read({"filename": NAMES, "box": CAT, "mask": DOG})
    assert isinstance(predictions, Predictions)
    assert predictions.class_names == ["box", "mask"]
    file = tmp_path / "model.csv"
    file.write_text("filename,bars,box,lines\na.png,0.1,0.7,0.2\nb.png,0.8,0.1,0.1\n")
    assert read_predictions(file).class_names == ["bars", "box", "lines"]
    with pytest.raises(FileFormatError, match="boxes or other objects"):
        read({"filename": NAMES, "box": ["[0, 0, 1, 1]"] * 3, "score": CAT})


@pytest.mark.parametrize(
    ("name", "cell", "kind"),
    [
        ("EncodedPixels", "1 3 10 5", "run lengths of masks"),
        ("predicted", "1042 3 1234 7", "run lengths of masks"),
        ("place", "POLYGON ((1 2, 3 4, 5 6, 1 2))", "outlines in WKT"),
    ],
)
def test_masks_and_outlines_are_refused_with_what_to_write(name: str, cell: str, kind: str) -> None:
    table = read({"filename": NAMES, name: [cell] * 3, "Confidence": CAT})
    assert isinstance(table, ScoreTable)
    assert not table.scores
    said = table.findings[0].sentence()
    assert said.startswith(f"The column {name!r} has {kind}, which are not read from a table: write COCO results")
    assert table.findings[0].severity is Severity.REFUSAL


@pytest.mark.parametrize(
    "cell",
    ["[{'label': 'cat', 'score': 0.5}]", '[{"x": 1, "y": 2}]', [{"label": "cat", "box": {"x": 1}, "score": 0.5}]],
)
def test_objects_in_cells_are_refused_with_what_to_write(cell: object) -> None:
    table = read({"filename": NAMES, "label": ["cat", "dog", "cat"], "output": [cell] * 3})
    assert isinstance(table, ScoreTable)
    assert table.findings[0].sentence() == (
        "The column 'output' has objects in its cells, which are not read from a table: write a row for each box "
        "(filename, label, score, xmin, ymin, xmax, ymax), or a column of probabilities for each class."
    )


def test_columns_that_are_no_classes_are_named_with_their_reason() -> None:
    predictions = read({"image": NAMES, "cat": CAT, "dog": DOG, "fold": [0, 1, 0], "label": ["cat", "dog", "cat"]})
    assert isinstance(predictions, Predictions)
    assert predictions.class_names == ["cat", "dog"]
    assert predictions.findings[0].sentence() == (
        "Not read as classes: 'fold' (metadata: by its name), 'label' (label: by its name)."
    )
    meanings = [str(column.meaning) for column in predictions.columns]
    assert meanings == ["filename", "class", "class", "metadata", "label"]


def test_a_confidence_is_turned_round_and_said() -> None:
    table = read({"image": NAMES, "confidence": [0.75, 0.5, 1]})
    assert isinstance(table, ScoreTable)
    assert table.scores["confidence"].tolist() == [0.25, 0.5, 0]
    assert table.findings[0].sentence() == "p, column 'confidence' is inverted (1 − value)."


def test_labels_are_refused_by_a_finding_and_the_columns_are_said() -> None:
    table = read({"image": NAMES, "label": ["cat", "dog", "cat"]})
    assert isinstance(table, ScoreTable)
    assert (table.scores, table.findings[0].what) == ({}, "labels")
    assert [str(column.meaning) for column in table.columns] == ["filename", "label"]


def test_numbers_by_class_and_lists_beside_classes_are_one_matrix() -> None:
    mappings = read({"image": NAMES, "probabilities": [{"cat": c, "dog": d} for c, d in zip(CAT, DOG, strict=True)]})
    lists = read(
        {"image": NAMES, "scores": [list(p) for p in zip(CAT, DOG, strict=True)], "labels": [["cat", "dog"]] * 3}
    )
    for predictions in (mappings, lists):
        assert isinstance(predictions, Predictions)
        assert predictions.class_names == ["cat", "dog"]
        np.testing.assert_array_equal(predictions.outputs, np.array([CAT, DOG]).T)


@pytest.mark.parametrize("logits", [[[1.5, -1.5]] * 3, ["[1.5, -1.5]"] * 3])
def test_logits_beside_probabilities_are_no_classes(logits: list[Any]) -> None:
    lists = [list(p) for p in zip(CAT, DOG, strict=True)]
    predictions = read({"image": NAMES, "logits": logits, "probs": lists})
    assert isinstance(predictions, Predictions)
    np.testing.assert_array_equal(predictions.outputs, np.array([CAT, DOG]).T)


def test_lists_without_filenames_are_in_the_order_of_the_images() -> None:
    predictions = read({"pred_scores": [[0.25, 0.75], [1, 0]], "pred_label": [1, 0]})
    assert isinstance(predictions, Predictions)
    assert (predictions.filenames, predictions.class_names) == (None, ["class_0", "class_1"])


def test_a_score_that_a_person_chose_counts_more_than_classes_that_nobody_did() -> None:
    columns: dict[str, list[Any]] = {"image": NAMES, "cat": CAT, "dog": DOG, "entropy": [0.5, 1, 0]}
    assert isinstance(read(columns), Predictions)
    chosen = read(columns, entropy="score")
    assert isinstance(chosen, ScoreTable)
    assert list(chosen.scores) == ["entropy"]


def test_a_person_may_say_that_columns_are_classes_scores_or_none() -> None:
    columns: dict[str, list[Any]] = {"image": NAMES, "cat": [0.9, 0.5, 0.1], "dog": [0.2, 0.9, 0.7]}
    scores = read(columns, cat="score", dog="ignored")
    assert isinstance(scores, ScoreTable)
    assert list(scores.scores) == ["cat"]
    assert isinstance(read(columns, prefers_scores=True), ScoreTable)
    assert isinstance(read(columns, prefers_scores=True, cat="class", dog="class"), Predictions)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"cat": CAT, "dog": DOG},
            "no column 'filename' or another that names the images",
        ),
        ({"image": NAMES, "boxes": [[[0, 0, 1, 1]]] * 3, "scores": [[0.5]] * 3}, "has boxes or other objects"),
        ({"image": NAMES, "0.25": CAT, "0.75": DOG}, "begins with a row of values in place of column names"),
    ],
)
def test_a_table_that_is_none_of_classes_is_refused(columns: dict[str, list[Any]], message: str) -> None:
    with pytest.raises(FileFormatError, match=f"^p .*{message}"):
        read(columns)


def test_what_names_of_columns_share_is_no_part_of_the_class() -> None:
    assert class_names(["prob cat", "prob dog"]) == ["cat", "dog"]
    assert class_names(["logit_1", "logit_2"]) == ["class_1", "class_2"]
    assert class_names(["score_a", "prob_a"]) == ["score_a", "prob_a"]
    assert class_names(["prob"]) == ["prob"]


def test_a_first_row_of_values_is_no_header() -> None:
    with pytest.raises(FileFormatError, match="p begins with a row of values in place of column names"):
        read({"a.png": ["b.png", "c.png"], "312": [30, 40], "235": [50, 60], "cat": ["dog", "dog"]})
