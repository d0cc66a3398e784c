from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.tables.arrow_source import ArrowTable
from al_core.formats.tables.sample import Content


def arrow_table(tmp_path: Path, **columns: Any) -> ArrowTable:
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "p.parquet")
    return ArrowTable(tmp_path / "p.parquet")


@pytest.mark.parametrize(
    ("cells", "content"),
    [
        (pa.array([np.float16(0.5), None], pa.float16()), Content.NUMBERS),
        (pa.array([Decimal("0.5"), None]), Content.NUMBERS),
        (pa.array([1, 2], pa.int8()), Content.INTEGERS),
        (pa.array([True, False]), Content.FLAGS),
        (pa.array(["a", "b"]).dictionary_encode(), Content.TEXTS),
        (pa.array([b"a", b"b"]), Content.TEXTS),
        (pa.array([[0.5], [1.0]]), Content.LISTS),
        (pa.array([{"cat": 0.5}, {"cat": 1.0}]), Content.MAPPINGS),
        (pa.array([None, None], pa.float32()), Content.EMPTY),
        (pa.array([b"\xff\xd8", b"\xff"]), Content.OTHER),
    ],
)
def test_every_type_of_arrow_is_of_one_kind(tmp_path: Path, cells: pa.Array, content: Content) -> None:
    assert arrow_table(tmp_path, x=cells).samples()[0].content is content


def test_texts_numbers_and_lists_are_read_by_position(tmp_path: Path) -> None:
    table = arrow_table(tmp_path, cat=[0.25, 1], id=[7, 8], probs=[[0.25, 0.75], None])
    [filenames], numbers = table.read([1], [0])
    assert (filenames, numbers.tolist(), table.cells(2)) == (["7", "8"], [[0.25], [1]], [[0.25, 0.75], None])


def test_a_column_that_cannot_name_images_is_refused(tmp_path: Path) -> None:
    table = arrow_table(tmp_path, filename=["a", None], cat=[0.5, 1.5])
    with pytest.raises(FileFormatError, match=r"p\.parquet: 1 cells of column 'filename' are empty"):
        table.read([0], [])
    with pytest.raises(FileFormatError, match=r"p\.parquet: column 'cat' is double, expected text or integers"):
        table.read([1], [])
