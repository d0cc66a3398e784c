import pytest

from al_core.formats.training.writers import TRAINING_FORMATS, training_writers
from tests.formats.training import labeled


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("classification", ["csv"]),
        ("multi-label-classification", ["csv"]),
        ("object-detection", ["csv", "coco", "yolo", "voc"]),
        ("keypoint-detection", ["coco", "yolo", "csv"]),
        ("semantic-segmentation", ["masks", "coco"]),
    ],
)
def test_each_task_has_its_formats(task: str, names: list[str]) -> None:
    assert list(training_writers(task)) == names


def test_every_format_writes_labels_of_every_task_it_is_for() -> None:
    for sheet in (labeled.classes(), labeled.boxes(), labeled.keypoints(), labeled.masks()):
        for writer in training_writers(sheet.task).values():
            assert writer.write(sheet)
            assert writer.name in TRAINING_FORMATS
