import json
from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.tables.row_table import column_names, open_row_table


def test_columns_of_json_records_are_texts_or_numbers(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps([{"a": "x", "b": 1}, {"a": None, "b": ""}, {"b": "2.5", "c": 3}]))
    rows = open_row_table(path, path.read_bytes())
    assert rows is not None
    assert rows.names == ["a", "b", "c"]
    texts, numbers = rows.read(["a"], ["b"])
    assert texts == [["x", "", ""]]
    np.testing.assert_array_equal(numbers, [[1], [np.nan], [2.5]])
    with pytest.raises(
        FileFormatError, match=r"p\.json, record 0 counting from 0: expected a number as 'a', found 'x'"
    ):
        rows.read([], ["a"])


def test_records_of_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text("[7]")
    with pytest.raises(FileFormatError, match="record 0 counting from 0: expected an object, found"):
        open_row_table(path, b"[")


def test_what_is_damaged_or_no_table_has_no_columns(tmp_path: Path) -> None:
    for name, content in (
        ("a.parquet", b"PAR1 and no more"),
        ("a.arrow", b"ARROW1\0\0"),
        ("a.csv", b"a,a\n"),
        ("a.xml", b"<a/>"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert column_names(path, content) == []
    assert column_names(tmp_path, b"") == []
