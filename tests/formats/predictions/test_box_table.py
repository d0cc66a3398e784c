from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import ReadingChoices, read_predictions, recognize
from tests.formats.predictions.tools.objects import boxes, saved


def csv(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "p.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_row_is_a_box_and_classes_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,class_name,filename",
        "0.1,0.2,0.3,0.4,1,0.75,,ant,b.jpg",
        "0.5,0.5,1.0,1.0,0,0.5,,cat,a.jpg",
        "0.0,0.0,0.5,0.5,0,0.25,,cat,b.jpg",
    )
    assert recognize(path) == "detection-table"
    predictions = read_predictions(path)
    assert predictions.filenames == ["b.jpg", "a.jpg"]
    assert predictions.class_names == ["cat", "ant"]
    assert boxes(predictions, 0) == [("ant", 0.75, [0.1, 0.2, 0.3, 0.4]), ("cat", 0.25, [0, 0, 0.5, 0.5])]
    assert boxes(predictions, 1) == [("cat", 0.5, [0.5, 0.5, 1, 1])]


def test_sizes_beside_the_boxes_place_those_in_pixels(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "filename,width,height,class,xmin,ymin,xmax,ymax,score",
        "a.jpg,200,100,cat,20,10,100,50,0.75",
        "a.jpg,200,100,cat,0,0,200,100,0.5",
    )
    assert boxes(read_predictions(path), 0) == [("cat", 0.75, [0.1, 0.1, 0.5, 0.5]), ("cat", 0.5, [0, 0, 1, 1])]


def test_a_width_that_differs_within_an_image_is_not_that_of_the_image(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "filename,width,height,label,x1,y1,x2,y2,score",
        "a.jpg,80,40,cat,20,10,100,50,0.75",
        "a.jpg,200,100,cat,0,0,200,100,0.5",
    )
    predictions = read_predictions(path)
    assert np.isnan(predictions.outputs[0].corners).all()
    assert "image-size-missing" in [finding.what for finding in predictions.findings]


@pytest.mark.parametrize(
    ("names", "numbers"),
    [("x,y,w,h", "0.25,0.5,0.5,0.25"), ("cx,cy,w,h", "0.5,0.625,0.5,0.25"), ("x0,y0,x1,y1", "0.25,0.5,0.75,0.75")],
)
def test_boxes_are_read_as_their_columns_are_named(tmp_path: Path, names: str, numbers: str) -> None:
    path = csv(tmp_path, f"image,label,conf,{names}", f"a.jpg,cat,0.5,{numbers}")
    assert boxes(read_predictions(path), 0) == [("cat", 0.5, [0.25, 0.5, 0.75, 0.75])]


def test_values_that_contradict_the_names_turn_the_layout_and_that_is_said(tmp_path: Path) -> None:
    # With a width of 0.9 from 0.5 on the boxes would end at 1.4.
    path = csv(tmp_path, "image,label,conf,x,y,w,h", "a.jpg,cat,0.5,0.5,0.5,0.9,0.9", "a.jpg,cat,0.5,0.4,0.6,0.8,0.9")
    predictions = read_predictions(path)
    assert boxes(predictions, 0)[0] == ("cat", 0.5, [0.5, 0.5, 0.9, 0.9])
    assert "box-layout" in [finding.what for finding in predictions.findings]


def test_a_row_without_box_and_confidence_says_that_its_image_is_empty(tmp_path: Path) -> None:
    path = csv(tmp_path, "image,label,conf,x1,y1,x2,y2", "a.jpg,cat,0.5,0,0,1,1", "b.jpg,,,,,,")
    predictions = read_predictions(path)
    assert predictions.filenames == ["a.jpg", "b.jpg"]
    assert predictions.class_names == ["cat"]
    assert predictions.outputs.n_boxes.tolist() == [1, 0]


def test_all_coordinates_may_be_in_one_cell(tmp_path: Path) -> None:
    path = csv(tmp_path, "image_id,width,height,bbox,score", 'a,200,100,"[20.0, 10, 80, 40]",0.5', "b,200,100,,")
    predictions = read_predictions(path)
    assert boxes(predictions, 0) == [("object", 0.5, [0.1, 0.1, 0.5, 0.5])]
    assert boxes(predictions, 1) == []
    with pytest.raises(
        FileFormatError, match=r"column 'bbox', row 0 counting from 0: expected four numbers, found '1 2'"
    ):
        read_predictions(csv(tmp_path, "image_id,bbox,score", "a,1 2,0.5"))


def test_the_table_of_yolov5_has_scores_and_no_places(tmp_path: Path) -> None:
    path = csv(tmp_path, "Image Name,Prediction,Confidence", "a.jpg,cat,0.75", "a.jpg,dog,0.5")
    predictions = read_predictions(path)
    assert predictions.task == "object-detection"
    assert predictions.outputs[0].scores.tolist() == [0.75, 0.5]
    assert np.isnan(predictions.outputs[0].corners).all()
    assert "boxes-missing" in [finding.what for finding in predictions.findings]


ROWS: Mapping[str, list[Any]] = {
    "filename": ["a.jpg", "a.jpg"],
    "label": [2, 0],
    "score": [0.75, 0.5],
    **{"x1": [0.0, 0.5], "y1": [0.0, 0.5], "x2": [0.5, 1.0], "y2": [0.5, 1.0]},
}


@pytest.mark.parametrize("kind", ["parquet", "feather", "json", "jsonl"])
def test_parquet_arrow_and_json_records_hold_the_same(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"p.{kind}"
    records = [dict(zip(ROWS, row, strict=True)) for row in zip(*ROWS.values(), strict=True)]
    if kind == "parquet":
        pa.parquet.write_table(pa.table(dict(ROWS)), path)
    elif kind == "feather":
        pa.feather.write_feather(pa.table(dict(ROWS)), path)
    elif kind == "json":
        saved(path, records)
    else:
        path.write_text("\n".join(str(record).replace("'", '"') for record in records))
    assert recognize(path) == "detection-table"
    predictions = read_predictions(path)
    assert predictions.class_names == ["class_0", "class_2"]
    assert boxes(predictions, 0) == [("class_2", 0.75, [0, 0, 0.5, 0.5]), ("class_0", 0.5, [0.5, 0.5, 1, 1])]


@pytest.mark.parametrize("orient", ["records", "columns", "index"])
def test_json_is_read_as_pandas_writes_it(tmp_path: Path, orient: Literal["records", "columns", "index"]) -> None:
    path = tmp_path / "p.json"
    pd.DataFrame(dict(ROWS)).to_json(path, orient=orient)
    predictions = read_predictions(path)
    assert predictions.filenames == ["a.jpg"]
    assert boxes(predictions, 0) == [("class_2", 0.75, [0, 0, 0.5, 0.5]), ("class_0", 0.5, [0.5, 0.5, 1, 1])]


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (
            "filename,class,xmin,ymin,xmax,ymax",
            "a,cat,0,0,1,1",
            "boxes but no column of confidences, .* these are labels",
        ),
        ("x_min,y_min,x_max,y_max,confidence,frame_number", "0,0,1,1,0.5,0", "column 'frame_number' and no filenames"),
        ("image,conf,x1,y1,x2,y2", "a,0.5,0,0,1,far", "line 2, column 'y2': expected a number, found 'far'"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, header: str, row: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=rf"^p\.csv.*{message}"):
        read_predictions(csv(tmp_path, header, row))


def test_class_probabilities_and_coco_results_are_no_tables_of_boxes(tmp_path: Path) -> None:
    assert recognize(csv(tmp_path, "filename,cat,dog", "a,0.5,0.5")) == "csv"
    entry = {"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}
    assert recognize(saved(tmp_path / "p.json", [entry])) == "coco"


def test_what_the_columns_are_read_as_is_said(tmp_path: Path) -> None:
    path = csv(tmp_path, "image,label,conf,x,y,w,h,fold,time", "a.jpg,cat,0.5,0.25,0.5,0.5,0.25,1,0.3")
    assert read_predictions(path).findings[0].sentence() == (
        "Of the columns are read 'image' as the filename, 'conf' as the confidence, 'label' as the class, 'x' as x, "
        "'y' as y, 'w' as width, 'h' as height: not read: 'fold', 'time'."
    )


def test_the_columns_of_a_box_table_are_shown_and_most_can_be_changed(tmp_path: Path) -> None:
    path = csv(tmp_path, "image,label,species,score,x1,y1,x2,y2", "a.jpg,1,cat,0.75,0.1,0.2,0.3,0.4")
    predictions = read_predictions(path)
    assert [str(column.meaning) for column in predictions.columns] == [
        *("filename", "object-class", "ignored", "object-score"),
        *["coordinate"] * 4,
    ]
    chosen = read_predictions(path, ReadingChoices(columns={"species": "object-class"}))
    assert boxes(chosen, 0) == [("cat", 0.75, [0.1, 0.2, 0.3, 0.4])]
    assert [column.reason for column in chosen.columns][1:3] == ["nothing about an object", "chosen"]


def test_four_corners_are_no_upright_box(tmp_path: Path) -> None:
    path = csv(tmp_path, "image,label,score,x1,y1,x2,y2,x3,y3,x4,y4", "a.jpg,cat,0.5,10,20,30,25,28,45,8,40")
    with pytest.raises(FileFormatError, match=r"p\.csv has the four corners of turned boxes; write xmin"):
        read_predictions(path)


def test_a_column_of_centers_and_sizes_says_so_by_its_name(tmp_path: Path) -> None:
    path = csv(tmp_path, "image,label,score,cxcywh", 'a.jpg,cat,0.5,"[0.5, 0.5, 0.25, 0.5]"')
    assert boxes(read_predictions(path), 0) == [("cat", 0.5, [0.375, 0.25, 0.625, 0.75])]


def test_boxes_of_the_class_minus_one_are_those_of_a_detector_without_classes(tmp_path: Path) -> None:
    predictions = read_predictions(
        csv(tmp_path, "filename,class,score,xmin,ymin,xmax,ymax", "a,-1,0.5,0.1,0.2,0.5,0.6")
    )
    assert boxes(predictions, 0) == [("-1", 0.5, [0.1, 0.2, 0.5, 0.6])]
    assert "minus-one" not in [finding.what for finding in predictions.findings]


def test_the_class_minus_one_says_that_nothing_was_detected(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("filename,class_id,score,xmin,ymin,xmax,ymax\na,1,0.5,0.1,0.2,0.5,0.6\nb,-1,0,0,0,0,0\n")
    predictions = read_predictions(path)
    assert (predictions.filenames, predictions.class_names) == (["a", "b"], ["class_1"])
    assert predictions.outputs.n_boxes.tolist() == [1, 0]
    assert "minus-one" in [finding.what for finding in predictions.findings]
