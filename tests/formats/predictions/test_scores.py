from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats import read_scores
from al_core.formats.predictions.scores import ScoreTable


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "s.csv"
    path.write_text(text)
    return path


def texts(table: ScoreTable) -> list[str]:
    return [finding.text for finding in table.findings]


def test_every_column_of_numbers_is_a_score(tmp_path: Path) -> None:
    table = read_scores(write(tmp_path, "filename,label,novelty,quality\na,cat,0.5,0.25\nb,dog,1,\n"))
    assert table.filenames == ["a", "b"]
    assert list(table.scores) == ["novelty", "quality"]
    np.testing.assert_array_equal(table.scores["novelty"], [0.5, 1])
    np.testing.assert_array_equal(table.scores["quality"], [0.25, np.nan])
    assert table.findings == ()


def test_lower_is_more_inverts_label_quality(tmp_path: Path) -> None:
    table = read_scores(write(tmp_path, "filename,quality\na,0.25\nb,1\n"), lower_is_more=True)
    np.testing.assert_array_equal(table.scores["quality"], [0.75, 0])
    assert texts(table) == ["s.csv, column 'quality' is inverted (1 − value)"]


def test_numbers_outside_0_to_1_are_scaled_and_the_findings_say_so(tmp_path: Path) -> None:
    table = read_scores(write(tmp_path, "filename,loss,rank\na,2,0\nb,4,1\nc,3,1\n"), columns=["loss"])
    np.testing.assert_array_equal(table.scores["loss"], [0, 1, 0.5])
    assert texts(table) == ["s.csv, column 'loss' has values from 2 to 4: scaled to 0 to 1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("filename,label\na,cat\n", "has no column of numbers beside the filenames"),
        ("filename,x\na,0.5\na,1\n", "filename 'a' occurs 2 times"),
        ("filename,x\na,nan\n", "column 'x' holds no numbers; leave it out"),
        ("height,x\n3,1\n", "has no column 'filename'"),
        ("filename,x\na,1\nb\n", "line 3: expected 2 cells|has no column of numbers"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=rf"s\.csv.*({message})"):
        read_scores(write(tmp_path, text))


def test_a_missing_column_is_refused_with_the_existing_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no column 'y'; its columns are filename, x"):
        read_scores(write(tmp_path, "filename,x\na,1\n"), columns=["y"])
