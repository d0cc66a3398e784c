from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Predictions, ReadingChoices, join_report, read_predictions


def test_logits_are_refused_until_somebody_says_whether_to_apply_a_softmax(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f"filename,cat,dog\na,0,{np.log(3)}\nb,-5,5\n")
    predictions = read_predictions(path)
    report = join_report(["a", "b"], predictions)
    assert report.looks_like_logits
    assert not report.usable
    assert any("The values look like logits: they lie between -5 and 5" in text for text in report.sentences())
    softened = read_predictions(path, ReadingChoices(softmax=True))
    np.testing.assert_allclose(softened.outputs[0], [0.25, 0.75], rtol=1e-6)
    assert not join_report(["a", "b"], softened).looks_like_logits


def test_the_softmax_of_a_row_with_nan_or_infinity_stays_unusable() -> None:
    given = Predictions(
        ["a", "b", "c"], ["cat", "dog"], np.array([[np.nan, 1], [np.inf, 0], [1000, -1000]], dtype=np.float32)
    )
    softened = given.softmax()
    assert join_report(["a", "b", "c"], softened).rows_with_nan == ["a", "b"]
    np.testing.assert_array_equal(softened.outputs[2], [1, 0])


CSV = "filename,cat,dog\nb.png,0.25,0.75\na.png,1,0\n"


def write(tmp_path: Path, content: str | bytes, name: str = "p.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_class_names_pick_and_order_the_columns(tmp_path: Path) -> None:
    predictions = read_predictions(write(tmp_path, CSV), class_names=["dog", "cat"])
    np.testing.assert_array_equal(predictions.outputs, [[0.75, 0.25], [0, 1]])


def test_a_wrong_number_of_rows_names_both_counts(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.eye(3))
    with pytest.raises(FileFormatError, match="has 3 rows but the query set has 2 samples; predict every query sample"):
        read_predictions(tmp_path / "p.npy", filenames=["a", "b"])


def test_class_names_that_do_not_fit_name_those_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="has the classes 'cat', 'dog', not 'cow'; use those"):
        read_predictions(write(tmp_path, CSV), class_names=["cow"])


def test_npz_with_too_few_class_names_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", probabilities=np.eye(3), class_names=np.array(["a", "b"]))
    with pytest.raises(FileFormatError, match="has 3 columns for 2 class names"):
        read_predictions(tmp_path / "p.npz")
