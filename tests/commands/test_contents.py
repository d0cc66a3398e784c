import numpy as np

from al_core.commands.contents import column_lines, contents_json, contents_lines
from al_core.formats import Predictions, ScoreTable
from al_core.formats.tables.meaning import ColumnMeaning, Meaning

COLUMNS = (
    ColumnMeaning("", Meaning.FILENAME, "named as filenames are"),
    *(ColumnMeaning(f"p_{number}", Meaning.CLASS, "sums to 1 with the others") for number in range(12)),
)


def test_many_columns_of_one_meaning_are_one_line() -> None:
    assert column_lines(COLUMNS) == [
        "  ''           filename  named as filenames are",
        "  p_0 … p_11   class     sums to 1 with the others",
    ]


def test_classes_beyond_eight_are_not_listed() -> None:
    names = [f"class_{number}" for number in range(12)]
    predictions = Predictions(["a"], names, np.full((1, 12), 1 / 12), columns=COLUMNS)
    assert contents_lines(predictions, "CSV")[0].startswith("CSV: classification, 12 classes: class_0, class_1, ")
    assert contents_lines(predictions, "CSV")[0].endswith("class_7, …")
    assert contents_json(predictions, "csv")["columns"][1]["meaning"] == "class"


def test_scores_and_files_without_a_table_are_described_too() -> None:
    table = ScoreTable(["a"], {"novelty": np.array([0.5])})
    assert contents_lines(table, "Ready-made scores") == ["Ready-made scores: scores novelty"]
    assert contents_json(table, "scores") == {
        "format": "scores",
        "class_names": [],
        "scores": ["novelty"],
        "columns": [],
    }
