from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.files.number_text import first_numbers, read_numbers


def test_the_last_cell_of_a_line_that_goes_on_is_cut() -> None:
    assert first_numbers(Path("p.txt"), b"0.5 0.25 0.1") == [0.5, 0.25]
    assert first_numbers(Path("p.txt"), b"0.5\n") is None


def test_numbers_are_read_line_by_line_and_others_are_named(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "p.txt", np.eye(2))
    np.testing.assert_array_equal(read_numbers(tmp_path / "p.txt"), np.eye(2))
    (tmp_path / "p.txt").write_text("1 2\n3 x\n")
    with pytest.raises(FileFormatError, match="line 2"):
        read_numbers(tmp_path / "p.txt")
