from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_predictions, recognize
from tests.formats.predictions.tools.objects import boxes


def parquet(tmp_path: Path, columns: dict[str, list[Any]]) -> Path:
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "p.parquet")
    return tmp_path / "p.parquet"


def test_lists_of_an_image_are_its_boxes(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "image": ["a.png", "b.png"],
        "boxes": [[[0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 1.0, 1.0]], []],
        "scores": [[0.75, 0.5], []],
        "labels": [["cat", "ant"], []],
    }
    path = parquet(tmp_path, columns)
    assert recognize(path) == "box-lists"
    predictions = read_predictions(path)
    assert predictions.filenames == ["a.png", "b.png"]
    assert boxes(predictions, 0) == [("cat", 0.75, [0.1, 0.2, 0.3, 0.4]), ("ant", 0.5, [0.5, 0.5, 1, 1])]
    assert boxes(predictions, 1) == []
    pyarrow.feather.write_feather(pa.table(columns), tmp_path / "p.feather")
    assert boxes(read_predictions(tmp_path / "p.feather"), 0) == boxes(predictions, 0)


def test_a_data_set_of_hugging_face_has_boxes_of_coco_in_one_column(tmp_path: Path) -> None:
    objects = {"bbox": [[0.25, 0.5, 0.5, 0.25]], "category": ["cat"], "score": [0.75]}
    path = parquet(tmp_path, {"image": [{"path": "a.png", "bytes": b"\x89PNG"}], "objects": [objects]})
    predictions = read_predictions(path)
    assert predictions.filenames == ["a.png"]
    assert boxes(predictions, 0) == [("cat", 0.75, [0.25, 0.5, 0.75, 0.75])]


def test_lists_of_different_length_are_refused_with_their_row(tmp_path: Path) -> None:
    path = parquet(
        tmp_path, {"image": ["a.png"], "boxes": [[[0.0, 0, 1, 1]]], "scores": [[0.5, 0.25]], "labels": [["cat"]]}
    )
    with pytest.raises(FileFormatError, match="row 0 counting from 0: expected 1 'scores', one per box, found 2"):
        read_predictions(path)
    path = parquet(tmp_path, {"boxes": [[[0.0, 0, 1, 1]]], "scores": [[0.5]], "labels": [["cat"]]})
    with pytest.raises(
        FileFormatError, match="has no column of filenames; its columns are 'boxes', 'scores', 'labels'"
    ):
        read_predictions(path)
