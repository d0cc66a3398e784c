from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_labels, read_predictions
from tests.formats.predictions.tools.objects import boxes

ROWS = "a.jpg,87.5%,12.5%\nb.jpg,40 %,60 %\n"


def saved(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "p.csv"
    path.write_text(text)
    return path


def test_percentages_of_classes_are_fractions_and_the_report_says_so(tmp_path: Path) -> None:
    predictions = read_predictions(saved(tmp_path, f"filename,cat,dog\n{ROWS}"))
    np.testing.assert_allclose(predictions.outputs, [[0.875, 0.125], [0.4, 0.6]])
    assert [finding.what for finding in predictions.findings] == ["percent-signs"]


@pytest.mark.parametrize("corners", ["10%,20%,50%,80%", "0.1,0.2,0.5,0.8"])
def test_confidences_and_corners_of_boxes_may_be_percentages(tmp_path: Path, corners: str) -> None:
    text = f"filename,label,confidence,xmin,ymin,xmax,ymax\na.jpg,cat,87.5%,{corners}\n"
    assert boxes(read_predictions(saved(tmp_path, text)), 0) == [("cat", 0.875, [0.1, 0.2, 0.5, 0.8])]


def test_classes_that_are_called_percentages_stay(tmp_path: Path) -> None:
    assert read_labels(saved(tmp_path, "filename,label\na.jpg,25%\nb.jpg,50%\n")).class_names == ["25%", "50%"]


def test_a_number_without_its_sign_behind_others_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"row 40 counting from 0: expected a number with a percent sign.*'0\.5'"):
        read_predictions(saved(tmp_path, f"filename,cat,dog\n{ROWS * 20}z.jpg,0.5,0.5\n"))
