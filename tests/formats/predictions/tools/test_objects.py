import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import Predictions, ScoreTable
from al_core.formats.predictions.tools.objects import ObjectColumns
from tests.formats.predictions.tools.objects import boxes, keypoints

BOX = [0.0, 0.0, 0.5, 0.5]


def test_one_image_without_a_name_is_named_after_its_file_and_several_are_in_order() -> None:
    objects = ObjectColumns()
    objects.begin_image("")
    predictions = objects.predictions("p.json", "p")
    assert predictions.filenames == ["p"]
    assert "named-after-file" in [finding.what for finding in predictions.findings]
    objects = ObjectColumns()
    objects.begin_image("")
    objects.begin_image("")
    objects.add(BOX, 0.5, "cat")
    predictions = objects.predictions("p.json", "p")
    assert predictions.filenames is None
    assert boxes(predictions, 1) == [("cat", 0.5, BOX)]


def test_images_of_which_only_some_have_a_name_are_refused() -> None:
    objects = ObjectColumns()
    objects.begin_image("a.jpg")
    objects.begin_image("")
    with pytest.raises(FileFormatError, match=r"p\.json: image 1 counting from 0 has no filename and others have one"):
        objects.predictions("p.json", "p")


def class_names(objects: ObjectColumns) -> list[str]:
    predictions = objects.predictions("p.json", "p")
    assert isinstance(predictions, Predictions)
    return predictions.class_names


def test_classes_are_in_the_order_of_their_numbers_if_all_have_one() -> None:
    objects = ObjectColumns()
    objects.begin_image("a.jpg")
    objects.add(BOX, 0.5, "ant", class_number=4)
    objects.add(BOX, 0.25, "cat", class_number=2)
    assert class_names(objects) == ["cat", "ant"]
    objects.add(BOX, 0.75, "bat")
    assert class_names(objects) == ["ant", "bat", "cat"]


def test_objects_without_keypoints_beside_those_that_have_them_are_said_to_be_left_out() -> None:
    objects = ObjectColumns()
    objects.begin_image("a.jpg")
    objects.add(BOX, 0.5, "cat", keypoints=[1, 2, 0.5])
    objects.add(BOX, 0.25, "cat")
    predictions = objects.predictions("p.json", "p")
    assert isinstance(predictions, Predictions)
    assert keypoints(predictions, 0) == [("cat", 0.5, [1, 2, 0.5])]
    assert [finding.what for finding in predictions.findings] == ["boxes-left-out"]


def test_classes_of_images_and_boxes_are_not_read_from_one_file() -> None:
    objects = ObjectColumns()
    objects.begin_image("a.jpg")
    objects.add_class(0.25)
    objects.add_class(0.5)
    contents = objects.predictions("p.json", "p")
    assert isinstance(contents, ScoreTable)
    assert contents.scores["uncertainty_least_confidence"].tolist() == [0.5]
    objects.add(BOX, 0.5, "cat")
    with pytest.raises(FileFormatError, match=r"p\.json has classes of whole images and boxes; give a file for each"):
        objects.predictions("p.json", "p")
