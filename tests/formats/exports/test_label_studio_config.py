from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from al_core.exceptions import MissingInputError
from al_core.formats import WRITERS, ExportChoices, ExportRows, read_class_names
from al_core.formats.exports.label_studio_config import labeling_config
from tests.formats.exports.samples import BOXES, POINTS, unzipped


@pytest.mark.parametrize(
    ("task", "control", "item"),
    [
        ("classification", "Choices", "Choice"),
        ("object-detection", "RectangleLabels", "Label"),
        ("keypoint-detection", "KeyPointLabels", "Label"),
        ("semantic-segmentation", "BrushLabels", "Label"),
    ],
)
def test_before_there_is_a_model_labelers_choose_among_the_classes_of_a_person(
    task: str, control: str, item: str
) -> None:
    rows = ExportRows(["a.png"], choices=ExportChoices(["cat", 'a "dog" & <more>'], task))
    [image, choices] = ElementTree.fromstring(labeling_config(rows))
    assert (image.tag, choices.tag) == ("Image", control)
    assert [(entry.tag, entry.get("value")) for entry in choices] == [(item, "cat"), (item, 'a "dog" & <more>')]


def test_without_classes_there_is_no_interface() -> None:
    with pytest.raises(MissingInputError, match="needs the classes to choose among: enter them, or store predictions"):
        labeling_config(ExportRows(["a.png"]))


def test_the_interface_of_a_former_project_gives_the_classes_of_the_next(rows: ExportRows, tmp_path: Path) -> None:
    path = tmp_path / "labeling-config.xml"
    path.write_text(labeling_config(rows))
    assert read_class_names(path) == BOXES.class_names


def test_the_readme_says_what_to_set_for_local_images_and_from_which_confidence_on(rows: ExportRows) -> None:
    readme = unzipped(WRITERS["label-studio"].write(rows))["README.md"].decode()
    assert rows.images_dir is not None
    assert "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT" in readme
    assert f"the folder that holds the folder `{rows.images_dir.name}`" in readme
    assert str(rows.images_dir) not in readme
    assert "Import `tasks-001.json`" in readme
    assert "model `model` with a confidence of 0.25 or more" in readme


def test_the_readme_says_what_to_set_for_object_storage(rows: ExportRows) -> None:
    choices = ExportChoices(["cat"], image_prefix="s3://bucket/raw")
    readme = unzipped(WRITERS["label-studio"].write(replace(rows, annotations=None, choices=choices)))["README.md"]
    assert b"`s3://bucket/raw/day/b.png`" in readme
    assert b"source storage" in readme
    assert b"DOCUMENT_ROOT" not in readme
    assert b"Pre-annotations" not in readme


def test_keypoints_are_marked_as_keypoints() -> None:
    assert "<KeyPointLabels " in labeling_config(ExportRows([], annotations=POINTS))
