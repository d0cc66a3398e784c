from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from al_core.formats.tables.label_numbers import are_zero_or_one, have_uncertain_labels, may_be_grades

BLANKS = "Path,Sex,No Finding,Edema,Fracture\np/1.jpg,Male,,1.0,-1.0\np/2.jpg,Male,1.0,,0.0\np/3.jpg,Female,,-1.0,\n"


def test_a_table_with_blanks_and_uncertain_labels_as_of_chexpert_holds_no_predictions(tmp_path: Path) -> None:
    path = tmp_path / "chexpert.csv"
    path.write_text(BLANKS)
    with pytest.raises(FileFormatError, match="The file holds labels, not predictions"):
        read_predictions(path)


def test_zeros_and_ones_are_told_by_all_cells_and_not_by_whole_rows() -> None:
    blanks = np.array([[np.nan, 1], [0, np.nan]])
    assert are_zero_or_one(blanks)
    assert not are_zero_or_one(np.array([[0, 1], [np.nan, 0.5]]))
    assert not have_uncertain_labels(blanks)


def test_scores_below_zero_are_no_uncertain_labels() -> None:
    assert not have_uncertain_labels(np.array([[-1, 2], [0, 1]]))
    assert not have_uncertain_labels(np.array([[-1, 0.25], [0, 1]]))


def test_grades_occur_more_than_once_or_are_quarters() -> None:
    assert may_be_grades(np.array([0.3, 0.6] * 10))
    assert not may_be_grades(np.linspace(0, 1, 42))
