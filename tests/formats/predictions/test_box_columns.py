import pytest

from al_core.formats.predictions.box_columns import box_columns, filename_column, prediction_string
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.tables.meaning import Meaning

TENSORFLOW = ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"]
SUPERVISION = ["x_min", "y_min", "x_max", "y_max", "class_id", "confidence", "tracker_id", "class_name", "filename"]
OPEN_IMAGES = ["ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax", "IsOccluded"]


@pytest.mark.parametrize(
    ("names", "layout", "box"),
    [
        (TENSORFLOW, Layout.CORNERS, ("xmin", "ymin", "xmax", "ymax")),
        (SUPERVISION, Layout.CORNERS, ("x_min", "y_min", "x_max", "y_max")),
        (OPEN_IMAGES, Layout.CORNERS, ("XMin", "YMin", "XMax", "YMax")),
        (["x0", "y0", "x1", "y1"], Layout.CORNERS, ("x0", "y0", "x1", "y1")),
        (["x1", "y1", "x2", "y2"], Layout.CORNERS, ("x1", "y1", "x2", "y2")),
        (["Left", "Top", "Right", "Bottom"], Layout.CORNERS, ("Left", "Top", "Right", "Bottom")),
        (["bbox.x", "bbox.y", "bbox.w", "bbox.h"], Layout.EXTENT, ("bbox.x", "bbox.y", "bbox.w", "bbox.h")),
        (["left", "top", "width", "height"], Layout.EXTENT, ("left", "top", "width", "height")),
        (["x_center", "y_center", "width", "height"], Layout.CENTER, ("x_center", "y_center", "width", "height")),
        (["x", "y", "width", "height", "detection_id"], Layout.CENTER, ("x", "y", "width", "height")),
        (["image_id", "bbox", "width", "height"], Layout.EXTENT, ("bbox",)),
        (["image", "xyxy"], Layout.CORNERS, ("xyxy",)),
    ],
)
def test_the_names_of_a_box_say_what_its_numbers_mean(names: list[str], layout: Layout, box: tuple[str, ...]) -> None:
    columns = box_columns(names)
    assert (columns.layout, columns.box) == (layout, box)


def test_the_columns_of_tools_are_told_apart() -> None:
    columns = box_columns(SUPERVISION)
    assert (columns.filename, columns.score, columns.class_name) == ("filename", "confidence", "class_name")
    assert columns.class_number == "class_id"
    assert box_columns(OPEN_IMAGES).filename == "ImageID"
    assert box_columns(OPEN_IMAGES).class_name == "LabelName"
    assert box_columns(TENSORFLOW).size == ("width", "height")
    assert box_columns(["left", "top", "width", "height"]).size == ()


def test_only_the_table_of_yolov5_has_objects_without_boxes() -> None:
    assert box_columns(["Image Name", "Prediction", "Confidence"]).is_table_of_objects
    assert not box_columns(["filename", "prediction", "confidence", "fold"]).is_table_of_objects
    assert not box_columns(["filename", "cat", "dog"]).is_table_of_objects


def test_prediction_strings_are_found_whatever_their_case() -> None:
    assert prediction_string(["ImageId", "PredictionString"]) == "PredictionString"
    assert prediction_string(["id", "prediction"]) == ""
    assert filename_column(["ImageId", "PredictionString"]) == "ImageId"


def test_what_a_person_says_of_a_column_comes_before_its_name() -> None:
    names = ["filename", "crop", "label", "species", "score", "quality", "x1", "y1", "x2", "y2"]
    chosen = {"crop": Meaning.FILENAME, "species": Meaning.OBJECT_CLASS, "score": Meaning.IGNORED}
    columns = box_columns(names, chosen)
    assert (columns.filename, columns.class_name, columns.score) == ("crop", "species", "")
    assert box_columns(names, {"quality": Meaning.OBJECT_SCORE}).score == "quality"


def test_beside_a_number_the_name_is_that_of_the_class() -> None:
    columns = box_columns(["filename", "xmin", "ymin", "xmax", "ymax", "confidence", "class", "name"])
    assert (columns.filename, columns.class_name) == ("filename", "name")
    # An id may stand beside the name of the image.
    assert box_columns(["image_id", "x1", "y1", "x2", "y2", "score", "class", "name"]).class_name == "class"
