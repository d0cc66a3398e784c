from typing import Any

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.tables.table import CellTable


def test_cells_in_memory_are_read_by_position() -> None:
    table = CellTable("s.xlsx", {"image": ["a", 7], "cat": [0.5, None], "n": [1, 2]})
    filenames, numbers = table.read([0], [1, 2])
    assert filenames == [["a", "7"]]
    np.testing.assert_array_equal(numbers, [[0.5, 1], [np.nan, 2]])
    assert [str(sample.content) for sample in table.samples()] == ["texts", "numbers", "integers"]


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("cat", "high", "s.xlsx, row 0 counting from 0, column 'cat': expected a number, found 'high'"),
        ("cat", True, "expected a number, found True"),
        ("image", None, "s.xlsx, row 0 counting from 0 has no 'image'; name every sample"),
        ("image", 0.5, "column 'image': expected a text, found 0.5"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(column: str, cell: object, message: str) -> None:
    columns: dict[str, list[Any]] = {"image": ["a"], "cat": [0.5]}
    table = CellTable("s.xlsx", columns | {column: [cell]})
    with pytest.raises(FileFormatError, match=message):
        table.read([0], [1])


def test_places_may_have_names_of_their_own() -> None:
    assert CellTable("p.jsonl", {}, where=lambda row: f"line {row + 1}").where(2) == "line 3"
