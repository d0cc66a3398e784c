from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions
from al_core.formats.files.arrow_table import read_table


def parquet(tmp_path: Path, **columns: Any) -> Path:
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "p.parquet")
    return tmp_path / "p.parquet"


def test_a_parquet_file_that_repeats_one_value_without_end_is_refused(tmp_path: Path) -> None:
    rows = 20_000_000
    path = parquet(tmp_path, filename=pa.repeat("a", rows), cat=pa.repeat(pa.scalar(0.5, pa.float32()), rows))
    with pytest.raises(
        FileFormatError, match=r"p\.parquet unpacks to 160,\d+,\d+ bytes or more, over 200 times its size"
    ):
        read_predictions(path)


@pytest.mark.parametrize("encoding", ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_texts_are_read_whatever_their_encoding(tmp_path: Path, encoding: str) -> None:
    names = [f"images/{row:05}.png" for row in range(3_000)]
    table = pa.table({"filename": names, "tags": [["x", "y"]] * 3_000})
    columns = {"filename": encoding, "tags.list.element": encoding}
    pyarrow.parquet.write_table(table, tmp_path / "p.parquet", use_dictionary=False, column_encoding=columns)
    read = read_table(tmp_path / "p.parquet")
    assert read["filename"].to_pylist() == names
    assert read["tags"].to_pylist() == [["x", "y"]] * 3_000


def test_categories_are_texts(tmp_path: Path) -> None:
    names = pa.array(["a.png", "b.png", "a.png"]).dictionary_encode()
    read = read_table(parquet(tmp_path, filename=names))
    assert read["filename"].to_pylist() == ["a.png", "b.png", "a.png"]
    assert read["filename"].type == pa.large_string()


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    table = pa.table([["a.png"], [0.5], [0.25]], names=["filename", "cat", "cat"])
    with pa.OSFile(str(tmp_path / "t.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    pyarrow.parquet.write_table(table, tmp_path / "t.parquet")
    for path in tmp_path.iterdir():
        with pytest.raises(FileFormatError, match=f"^{path.name}: column 'cat' occurs 2 times; give every column"):
            read_table(path)
