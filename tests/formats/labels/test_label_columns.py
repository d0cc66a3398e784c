import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.labels.label_columns import has_label_columns, label_columns
from al_core.formats.predictions.box_layout import Layout


def test_columns_are_known_by_usual_names() -> None:
    columns = label_columns("l.csv", ["ID", "Image", "Class", "Worker", "date"], {})
    assert (columns.filename, columns.label, columns.annotator, columns.times) == (1, 2, 3, (4,))
    assert columns.used == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        (["image", "class", "class_name"], 2),
        (["image", "target_name", "target"], 1),
        (["image", "age", "dx"], 2),
        (["id", "breed"], 1),
        (["filename", "class", "order", "family", "genus", "species", "common_name"], 6),
    ],
)
def test_classes_are_read_by_their_names_where_a_column_has_their_numbers(columns: list[str], label: int) -> None:
    assert label_columns("l.csv", columns, {}).label == label


def test_a_column_of_classes_that_a_person_has_chosen_is_read() -> None:
    assert label_columns("l.csv", ["image", "target", "label_name"], {"target": "label"}).label == 1


def test_a_box_is_corners_before_it_is_an_extent() -> None:
    corners = label_columns("l.csv", ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"], {})
    assert (corners.box, corners.size, corners.layout) == ((4, 5, 6, 7), (1, 2), Layout.CORNERS)
    with_size = label_columns("l.csv", ["filename", "label", "x", "y", "w", "h", "img_w", "img_h"], {})
    assert (with_size.box, with_size.size) == ((2, 3, 4, 5), (6, 7))
    extent = label_columns("l.csv", ["filename", "label", "x", "y", "width", "height"], {})
    assert (extent.box, extent.size, extent.layout) == ((2, 3, 4, 5), (), Layout.EXTENT)


def test_a_person_says_what_a_column_means() -> None:
    columns = label_columns(
        "l.csv", ["foto", "tier", "label"], {"foto": "filename", "tier": "label", "label": "ignored"}
    )
    assert (columns.filename, columns.label) == (0, 1)


def test_label_studio_has_the_label_in_the_column_that_is_left() -> None:
    header = ["annotation_id", "annotator", "created_at", "id", "image", "lead_time", "tier", "updated_at"]
    columns = label_columns("l.csv", header, {})
    assert (columns.filename, columns.controls, columns.times) == (4, (6,), (7, 2))
    with pytest.raises(FileFormatError, match="has no column of labels"):
        label_columns("l.csv", [name for name in header if name != "tier"], {})


def test_without_filenames_there_is_nothing_to_join() -> None:
    assert not has_label_columns(["count", "label"])
    with pytest.raises(FileFormatError, match=r"l\.csv has no column 'filename'; its columns are 'count', 'label'"):
        label_columns("l.csv", ["count", "label"], {})


def test_a_box_may_be_given_by_its_center() -> None:
    columns = label_columns("l.csv", ["filename", "class_id", "x_center", "y_center", "width", "height", "score"], {})
    assert (columns.box, columns.layout, columns.score) == ((2, 3, 4, 5), Layout.CENTER, 6)


def test_columns_that_are_no_whole_box_are_named() -> None:
    assert label_columns("l.csv", ["filename", "label", "x1"], {}).unread_places == (2,)
