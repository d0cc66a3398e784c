from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import join_report, read_predictions
from tests.formats.predictions.tools.objects import boxes, saved


def test_the_files_of_preds_are_named_after_their_images(tmp_path: Path) -> None:
    saved(
        tmp_path / "out" / "preds" / "a.rf.1.json", {"labels": [1], "scores": [0.5], "bboxes": [[0.1, 0.2, 0.5, 1.0]]}
    )
    saved(tmp_path / "out" / "preds" / "b.json", {"labels": [], "scores": [], "bboxes": []})
    (tmp_path / "out" / "vis").mkdir()
    (tmp_path / "out" / "vis" / "b.jpg").write_bytes(b"\xff\xd8\xff")
    predictions = read_predictions(tmp_path / "out")
    report = join_report(["a.rf.1.jpg", "b.jpg"], predictions)
    assert (report.matched, report.missing) == (2, [])
    assert boxes(predictions, 0) == [("class_1", 0.5, [0.1, 0.2, 0.5, 1.0])]
    assert boxes(predictions, 1) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": []}, "expected as many bboxes and labels as scores, which are 1"),
        ({"bboxes": [[1, 2, 3]]}, "expected a list of 4 numbers as 'bboxes', found \\[1, 2, 3\\]"),
        ({"labels": [-1]}, "a class is a name or a whole number from 0, found -1"),
        ({"scores": ["high"]}, "expected a number as 'scores', found 'high'"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_file(tmp_path: Path, change: dict[str, object], message: str) -> None:
    content = {"labels": [0], "scores": [0.5], "bboxes": [[0, 0, 1, 1]], **change}
    with pytest.raises(FileFormatError, match=f"a.json: {message}"):
        read_predictions(saved(tmp_path / "a.json", content))
