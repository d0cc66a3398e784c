import pytest

from al_core.formats.choices import Unannotated
from al_core.formats.labels.label_findings import STILL_OPEN, UNANNOTATED, LabelFindings
from al_core.formats.labels.open_images import OpenImages


def images(unannotated: Unannotated) -> OpenImages:
    """Return an open image, an undecided one, and an undecided one that an annotation is about."""
    images = OpenImages(unannotated)
    images.leave_open("open.png")
    images.leave_undecided("undecided.png", size=(4, 2))
    images.leave_undecided("annotated.png", size=(4, 2))
    return images


def test_undecided_images_are_open_unless_somebody_says_that_they_are_done() -> None:
    open_images = images(Unannotated.OPEN)
    assert open_images.decide(["annotated.png"]) == {}
    assert open_images.filenames(["annotated.png"]) == ["open.png", "undecided.png"]


def test_undecided_images_that_are_done_are_returned_with_their_sizes() -> None:
    open_images = images(Unannotated.DONE)
    assert open_images.decide(["annotated.png"]) == {"undecided.png": (4, 2)}
    assert open_images.filenames(["annotated.png", "undecided.png"]) == ["open.png"]


def test_an_image_that_another_annotation_has_labeled_is_not_open() -> None:
    assert images(Unannotated.OPEN).filenames(["open.png"]) == []


@pytest.mark.parametrize(
    ("has_objects", "expected"), [(True, [STILL_OPEN, UNANNOTATED]), (False, ["no-objects", STILL_OPEN, UNANNOTATED])]
)
def test_open_and_undecided_images_are_reported_apart(has_objects: bool, expected: list[str]) -> None:
    open_images = images(Unannotated.OPEN)
    open_images.decide(["annotated.png"])
    findings = LabelFindings()
    open_images.report(findings, open_images.filenames(["annotated.png"]), has_objects=has_objects)
    assert [finding.what for finding in findings.all()] == expected
    assert findings.all()[-1].names == ("undecided.png",)
