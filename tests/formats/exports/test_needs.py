from pathlib import Path

from al_core.formats import ExportChoices, Need, unmet
from tests.formats.exports.samples import BOXES, CLASSES, POINTS


def test_the_first_need_that_is_not_met_is_named() -> None:
    needs = (Need.BOXES, Need.IMAGES)
    assert unmet(needs, None, None) is Need.BOXES
    assert unmet(needs, CLASSES, Path()) is Need.BOXES
    assert unmet(needs, BOXES, None) is Need.IMAGES
    assert unmet(needs, BOXES, Path()) is None


def test_only_keypoints_in_pixels_need_the_size_of_images() -> None:
    assert unmet([Need.SIZES], POINTS, None) is Need.SIZES
    assert unmet([Need.SIZES], BOXES, None) is None


def test_classes_come_from_a_model_or_from_a_person() -> None:
    assert unmet([Need.CLASSES], None, None, ExportChoices()) is Need.CLASSES
    assert unmet([Need.CLASSES], None, None, ExportChoices(["cat"])) is None
    assert unmet([Need.CLASSES], BOXES, None, ExportChoices()) is None
