from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from labelformat.formats.cvat import CVATObjectDetectionInput

from al_core.formats import WRITERS, ExportChoices, ExportRows
from tests.formats.exports.samples import CLASSES, MASKS, NAMES, SIZES


def test_labelformat_reads_the_cvat_boxes(rows: ExportRows, tmp_path: Path) -> None:
    path = tmp_path / "cvat.xml"
    path.write_bytes(WRITERS["cvat"].write(rows))
    source = CVATObjectDetectionInput(path)
    labels = list(source.get_labels())
    assert [(label.image.filename, label.image.width, label.image.height) for label in labels] == [
        (name, *size) for name, size in zip(NAMES, SIZES, strict=True)
    ]
    (found,) = labels[0].objects
    box = found.box
    assert (found.category.name, box.xmin, box.ymin, box.xmax, box.ymax) == ("it's: a <dog>", 50, 50, 150, 100)


def test_cvat_finds_images_by_their_path_in_cloud_storage(rows: ExportRows) -> None:
    content = WRITERS["cvat"].write(replace(rows, choices=ExportChoices(image_prefix="s3://bucket/raw")))
    assert b'<image id="0" name="raw/day/b.png"' in content


def test_cvat_gets_predicted_classes_as_tags(rows: ExportRows) -> None:
    content = WRITERS["cvat"].write(replace(rows, annotations=CLASSES)).decode()
    assert content.count("<tag ") == 2
    assert (
        '<image id="0" name="day/b.png" width="200" height="100"><tag label="dog" source="auto" /></image>' in content
    )


def test_cvat_gets_masks_over_the_whole_image(rows: ExportRows) -> None:
    root = ElementTree.fromstring(WRITERS["cvat"].write(replace(rows, annotations=MASKS)))
    cat, dog = root.findall("image")[0]
    place = ("left", "top", "width", "height")
    assert (cat.tag, cat.get("label"), *map(cat.get, place)) == ("mask", "cat", "0", "50", "100", "50")
    assert (dog.get("label"), *map(dog.get, place)) == ("it's: a <dog>", "100", "0", "100", "100")
    assert cat.get("rle") == "0, 5000"
    # 0.25 is sure enough to be proposed.
    assert [len(image) for image in root.findall("image")] == [2, 1, 0]
