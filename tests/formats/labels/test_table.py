import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, ReadingChoices, join_report, read_labels
from al_core.formats.choices import BY_CONTENT


def read(tmp_path: Path, content: str, choices: ReadingChoices = BY_CONTENT) -> Labels:
    path = tmp_path / "l.csv"
    path.write_text(content)
    return read_labels(path, choices)


def test_an_empty_cell_is_no_label(tmp_path: Path) -> None:
    labels = read(tmp_path, "filename,label\na.png,cat\nb.png,\nc.png,dog\n")
    assert (labels.filenames, labels.open_filenames) == (["a.png", "c.png"], ["b.png"])
    assert labels.classes.tolist() == [(0, 0), (1, 1)]


def test_repeated_names_are_annotators_who_may_disagree(tmp_path: Path) -> None:
    rows = "filename,label,annotator\na,cat,1\na,cat,2\nb,cat,1\nb,dog,2\na,cat,1\n"
    labels = read(tmp_path, rows)
    assert labels.annotators == ["1", "2", "1", "2"]
    assert join_report(["a", "b"], labels).conflicting == ["b"]


def test_a_row_per_box_is_one_annotation_per_image(tmp_path: Path) -> None:
    rows = (
        "filename,width,height,class,xmin,ymin,xmax,ymax\na,40,20,cat,10,5,20,10\nb,40,20,,,,,\na,40,20,dog,0,0,40,20\n"
    )
    labels = read(tmp_path, rows)
    assert (labels.filenames, labels.open_filenames, labels.class_names) == (["a"], ["b"], ["cat", "dog"])
    assert labels.boxes[["label", "x0", "y0", "x1", "y1"]].tolist() == [(0, 0.25, 0.25, 0.5, 0.5), (1, 0, 0, 1, 1)]


def test_relative_boxes_need_no_size(tmp_path: Path) -> None:
    rows = "ImageID,LabelName,XMin,XMax,YMin,YMax\na,cat,0.25,0.5,0.0,1.0\n"
    assert read(tmp_path, rows).boxes[["x0", "y0", "x1", "y1"]].tolist() == [(0.25, 0, 0.5, 1)]
    with pytest.raises(FileFormatError, match="the file has no size of the image"):
        read(tmp_path, "filename,label,x,y,w,h\na,cat,10,10,20,20\n")


def test_columns_of_0_and_1_are_classes(tmp_path: Path) -> None:
    labels = read(tmp_path, "filename, cat, dog\na.png,1,0\nb.png,1,1\nc.png,0,0\n", ReadingChoices(format="csv"))
    assert labels.class_names == ["cat", "dog"]
    assert labels.classes.tolist() == [(0, 0), (1, 0), (1, 1)]
    assert (labels.task, labels.filenames[2], labels.open_filenames) == ("multi-label-classification", "c.png", [])
    one_each = read(tmp_path, "filename,cat,dog\na.png,1,0\nb.png,0,1\n", ReadingChoices(format="csv"))
    assert (one_each.task, one_each.classes["label"].tolist()) == ("classification", [0, 1])
    with pytest.raises(FileFormatError, match=r"column 'cat': expected 0 or 1, found '0\.7'"):
        read(tmp_path, "filename,cat,dog\na.png,0.7,0.3\n", ReadingChoices(format="csv"))


def test_label_studio_writes_shapes_into_cells(tmp_path: Path) -> None:
    header = "annotation_id,annotator,created_at,id,image,label,lead_time,updated_at\n"
    box = '"[{""x"":10,""y"":20,""width"":30,""height"":40,""rectanglelabels"":[""cat""]}]"'
    rows = f'1,7,1970-01-01T00:00:09Z,1,/data/local-files/?d=a.png,{box},,\n2,7,,2,s3://b/b.png,"",,\n'
    labels = read(tmp_path, header + rows)
    assert (labels.filenames, labels.annotators, labels.times[0]) == (["a.png", "b/b.png"], ["7", "7"], 9.0)
    np.testing.assert_allclose(labels.boxes[["x0", "y0", "x1", "y1"]].tolist(), [(0.1, 0.2, 0.4, 0.6)], atol=1e-6)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "filename,class,xmin,ymin,xmax,ymax\na,cat,1,x,3,4\n",
            "row 0 counting from 0: expected four numbers as a box",
        ),
        ("annotation_id,annotator,lead_time,image,label\n1,1,1,a.png,[x\n", "a label is not JSON"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read(tmp_path, content)


def test_objects_whose_boxes_cannot_be_read_are_the_classes_of_their_image(tmp_path: Path) -> None:
    labels = read(tmp_path, "filename,label,x1\na,cat,1\na,dog,2\na,cat,3\nb,dog,4\nc,,\n")
    assert (labels.filenames, labels.classes.tolist()) == (["a", "b"], [(0, 0), (0, 1), (1, 1)])
    assert (labels.task, labels.open_filenames) == ("multi-label-classification", ["c"])
    assert labels.findings[0].sentence() == "The columns x1 are not a whole box: only the classes are read."


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("EncodedPixels", "264661 17 265429 33"),
        ("geometry", '"[(1, 2), (3, 2), (3, 4)]"'),
        ("bbox_corners", '"[1, 2, 3, 4]"'),
        ("PolygonWKT_Pix", '"POLYGON ((1 2, 3 4, 5 6, 1 2))"'),
    ],
)
def test_masks_and_outlines_are_those_of_objects(tmp_path: Path, column: str, cell: str) -> None:
    rows = "".join(f"{name},{label},{cell}\n" for name, label in ("a1", "a2", "b2"))
    labels = read(tmp_path, f"ImageId,ClassId,{column}\n{rows}")
    assert (labels.filenames, labels.classes.tolist()) == (["a", "b"], [(0, 0), (0, 1), (1, 1)])
    assert labels.findings[0].sentence() == f"The columns {column} are not a whole box: only the classes are read."


def test_a_class_whose_mask_is_empty_is_not_on_the_image(tmp_path: Path) -> None:
    labels = read(tmp_path, "id,class,segmentation\na,bowel,1042 3 1234 7\na,stomach,\nb,bowel,\nb,stomach,\n")
    assert (labels.filenames, labels.class_names) == (["a", "b"], ["bowel"])
    assert labels.classes.tolist() == [(0, 0)]
    assert "their class is not on the image" in labels.findings[1].sentence()


def test_masks_without_classes_are_refused_with_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"says where objects are \(EncodedPixels\).*export masks .* as COCO"):
        read(tmp_path, "ImageId,EncodedPixels\na.jpg,264661 17\nb.jpg,\n")


def test_columns_of_numbers_that_are_no_classes_are_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"'Age': expected 0 or 1, found '50'.*take out columns that are none"):
        read(tmp_path, "Path,Age,Edema\na.jpg,50,1\nb.jpg,60,0\n")


def test_a_box_by_its_center_and_a_score_are_told(tmp_path: Path) -> None:
    labels = read(tmp_path, "filename,class_id,cx,cy,w,h,score\na,3,0.5,0.5,0.5,1.0,0.9\n")
    assert labels.boxes[["x0", "y0", "x1", "y1"]].tolist() == [(0.25, 0, 0.75, 1)]
    assert [finding.what for finding in labels.findings] == ["scores-not-read"]


def test_ranked_classes_of_a_model_are_no_label(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="is a list and not the class of an image"):
        read(tmp_path, "filename,label,prob\na.png,\"['cat' 'dog']\",\"[0.5 0.3]\"\n")


def test_a_probability_is_no_label_and_a_grade_is_one(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"'0\.93' is a probability and not the class of an image; add it"):
        read(tmp_path, "id,label\n1,0.93\n2,1.1e-05\n3,\n4,1\n")
    grades = read(tmp_path, "id,label\n1,0.5\n2,1\n3,0.5\n4,1\n5,0.5\n")
    assert sorted(grades.class_names) == ["0.5", "1"]
    rounded = "".join(f"{row},{row % 50 / 50}\n" for row in range(200))
    with pytest.raises(FileFormatError, match=r"'0\.0' is a probability"):
        read(tmp_path, f"id,label\n{rounded}")


def test_empty_columns_are_no_classes(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="has no column 'label'"):
        read(tmp_path, "ImageID,License,Author\na,,\nb,,\n")
    with pytest.raises(FileFormatError, match="has no column 'label'"):
        read(tmp_path, "filename,confidence\na,0.5\n", ReadingChoices(format="csv"))


def test_four_corners_are_no_upright_box(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"l\.csv has the four corners of turned boxes; write xmin"):
        read(tmp_path, "filename,label,x1,y1,x2,y2,x3,y3,x4,y4\na,cat,10,20,30,25,28,45,8,40\n")


def test_records_of_json_and_parquet_are_tables_too(tmp_path: Path) -> None:
    records = [{"file_name": "a.png", "label": "cat"}, {"file_name": "b.png", "label": "dog"}]
    lines = tmp_path / "metadata.jsonl"
    lines.write_text("".join(json.dumps(record) + "\n" for record in records))
    document = tmp_path / "labels.json"
    document.write_text(json.dumps(records))
    table = tmp_path / "labels.parquet"
    pyarrow.parquet.write_table(pa.Table.from_pylist(records), table)
    for path in (lines, document, table):
        labels = read_labels(path)
        assert (labels.filenames, labels.class_names) == (["a.png", "b.png"], ["cat", "dog"])


def test_objects_in_a_record_are_no_class(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    path.write_text('{"image": "a.png", "label": [{"name": "cat"}]}\n')
    with pytest.raises(FileFormatError, match="JSON with the keys 'image', 'label', 'name': of no known format"):
        read_labels(path)


@pytest.mark.parametrize("rows", ["a.jpg,cat\nb.jpg,dog\n", "cat,10,20,20,20,a.jpg,40,30\n"])
def test_a_table_without_a_header_is_told_to_get_one(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "l.csv"
    path.write_text(rows)
    with pytest.raises(FileFormatError, match=r"l\.csv begins with a row of values in place of column names; add"):
        read_labels(path)


def test_names_of_columns_may_have_blanks_dots_and_dashes(tmp_path: Path) -> None:
    labels = read(tmp_path, "Image Name,Class Name\na.png,cat\n")
    assert (labels.filenames, labels.class_names) == (["a.png"], ["cat"])
    assert read(tmp_path, "filepath,ground_truth.label\na.png,cat\n").class_names == ["cat"]
