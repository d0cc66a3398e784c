from al_core.formats.labels.label_findings import CLIPPED, NO_OBJECTS, LabelFindings, still_open


def test_each_image_is_named_once_and_each_note_said_once() -> None:
    findings = LabelFindings()
    for name in ("b.png", "a.png", "b.png"):
        findings.concern(CLIPPED, name)
        findings.add_note(NO_OBJECTS)
    note, clipped = findings.all()
    assert note is NO_OBJECTS
    assert clipped.names == ("b.png", "a.png")


def test_open_images_are_counted() -> None:
    assert still_open(["a"]).sentence() == "1 image is not labeled yet in the file: left open."
    assert still_open(["a", "b"]).sentence() == "2 images are not labeled yet in the file: left open."
