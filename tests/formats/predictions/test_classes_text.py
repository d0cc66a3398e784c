from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions, recognize

ROWS = np.array([[0.75, 0.25], [0.125, 0.875]])


@pytest.mark.parametrize("delimiter", [" ", ",", "\t"])
def test_numbers_of_savetxt_are_in_the_order_of_the_samples(tmp_path: Path, delimiter: str) -> None:
    np.savetxt(tmp_path / "p.txt", ROWS, delimiter=delimiter)
    assert recognize(tmp_path / "p.txt") == "text-matrix"
    predictions = read_predictions(tmp_path / "p.txt", filenames=["b.png", "a.png"])
    np.testing.assert_allclose(predictions.outputs, ROWS)
    assert predictions.findings[0].what == "order-assumed"


def test_a_line_of_boxes_is_no_row_of_probabilities(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1e400 0.5 0.5 0.1 0.1 0.5\n")
    with pytest.raises(FileFormatError, match="of no known format"):
        read_predictions(tmp_path / "a.txt")
