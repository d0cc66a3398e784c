from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from tests.formats.predictions.tools.objects import boxes


def csv(tmp_path: Path, *strings: str) -> Path:
    path = tmp_path / "p.csv"
    rows = [f"{name},{string}" for name, string in zip("abc", strings, strict=False)]
    path.write_text("\n".join(["image_id,PredictionString", *rows]) + "\n")
    return path


def test_six_entries_are_class_confidence_and_corners(tmp_path: Path) -> None:
    predictions = read_predictions(csv(tmp_path, "/m/01 0.75 0.1 0.2 0.3 0.4 /m/02 0.5 0 0 1 1", ""))
    assert predictions.filenames == ["a", "b"]
    assert boxes(predictions, 0) == [("/m/01", 0.75, [0.1, 0.2, 0.3, 0.4]), ("/m/02", 0.5, [0, 0, 1, 1])]
    assert boxes(predictions, 1) == []


def test_five_entries_are_confidence_place_and_size(tmp_path: Path) -> None:
    predictions = read_predictions(csv(tmp_path, "0.75 0.1 0.2 0.3 0.4", "0.5 0.5 0.5 0.5 0.25"))
    assert boxes(predictions, 0) == [("object", 0.75, [0.1, 0.2, 0.4, 0.6])]


@pytest.mark.parametrize("column", ["patientId", "id", "StudyUID"])
def test_the_other_column_names_the_images(tmp_path: Path, column: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f"{column},PredictionString\na,0.75 0.1 0.2 0.3 0.4\nb,\n")
    predictions = read_predictions(path)
    assert predictions.filenames == ["a", "b"]
    assert boxes(predictions, 0) == [("object", 0.75, [0.1, 0.2, 0.4, 0.6])]


def test_thirty_entries_are_told_by_where_the_confidences_are(tmp_path: Path) -> None:
    six_boxes = " ".join("0.5 10 20 30 40" for _ in range(6))
    assert len(read_predictions(csv(tmp_path, six_boxes)).outputs[0].scores) == 6
    five_boxes = " ".join("14 0.5 10 20 30 40" for _ in range(5))
    assert len(read_predictions(csv(tmp_path, five_boxes)).outputs[0].scores) == 5


@pytest.mark.parametrize(
    ("string", "message"),
    [
        ("/m/01 0.75 65.0", r"p\.csv: the PredictionString of 'a' has 3 entries; expected for each box class"),
        (
            "cat 0.5 1 2 3 far",
            r"p\.csv: the PredictionString of 'a' has '0\.5 1 2 3 far' where five numbers are expected",
        ),
    ],
)
def test_what_is_neither_is_refused_with_its_image(tmp_path: Path, string: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_predictions(csv(tmp_path, string))
