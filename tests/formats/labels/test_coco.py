import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from al_core.exceptions import FileFormatError
from al_core.formats import Labels, ReadingChoices, read_labels
from al_core.formats.choices import Unannotated
from al_core.formats.labels.coco import recognizes_coco_labels

IMAGES = [{"id": 1, "file_name": "a.png", "width": 40, "height": 20}, {"id": 2, "file_name": "b.png"}]
CATEGORIES = [{"id": 7, "name": "owl"}, {"id": 3, "name": "cat"}]


def document(*annotations: dict[str, Any], **other: Any) -> dict[str, Any]:
    entries = [{"image_id": 1, "category_id": 3} | annotation for annotation in annotations]
    return {"images": IMAGES, "categories": CATEGORIES, "annotations": entries} | other


def write(tmp_path: Path, content: Any, name: str = "l.json") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def read(tmp_path: Path, *annotations: dict[str, Any]) -> Labels:
    return read_labels(write(tmp_path, document(*annotations)))


def corners(labels: Labels) -> list[tuple[float, ...]]:
    return [tuple(round(float(box[side]), 4) for side in ("x0", "y0", "x1", "y1")) for box in labels.boxes]


def test_boxes_are_relative_to_the_size_of_their_image(tmp_path: Path) -> None:
    labels = read(tmp_path, {"bbox": [10, 5, 20, 10]})
    assert corners(labels) == [(0.25, 0.25, 0.75, 0.75)]
    assert labels.class_names == ["owl", "cat"]
    assert labels.boxes["label"].tolist() == [1]
    assert labels.open_filenames == ["b.png"]


def test_boxes_from_0_to_1_are_relative_as_azure_ml_exports_them(tmp_path: Path) -> None:
    labels = read(tmp_path, {"bbox": [0.25, 0.25, 0.5, 0.5]}, {"bbox": [0.0, 0.0, 1.0, 1.0]})
    assert corners(labels) == [(0.25, 0.25, 0.75, 0.75), (0, 0, 1, 1)]
    assert "relative-boxes" in [finding.what for finding in labels.findings]


def test_polygons_and_masks_are_pixels_and_a_crowd_has_no_box(tmp_path: Path) -> None:
    polygon = {"bbox": [0, 0, 10, 10], "segmentation": [[0, 0, 10, 0, 10, 10, 0, 10]]}
    # Column by column: 20 pixels of zeros in the first, then the second column whole, and the rest.
    crowd = {"category_id": 7, "iscrowd": 1, "segmentation": {"size": [20, 40], "counts": [600, 20, 180]}}
    labels = read(tmp_path, polygon, crowd)
    assert corners(labels) == [(0, 0, 0.25, 0.5)]
    label_map = labels.annotation(0).label_map
    assert label_map is not None
    assert np.count_nonzero(label_map[:10, :10] == 1) == 100
    assert (label_map[:, 30] == 0).all()
    assert np.count_nonzero(label_map >= 0) == 120


def test_keypoints_belong_to_their_box(tmp_path: Path) -> None:
    labels = read(tmp_path, {"bbox": [0, 0, 40, 20], "keypoints": [20, 10, 2, 0, 0, 0, 40, 20, 1]})
    assert labels.keypoints[["instance", "number", "x", "y", "visibility"]].tolist() == [
        (0, 0, 0.5, 0.5, 2),
        (0, 2, 1.0, 1.0, 1),
    ]
    assert labels.tasks == ("keypoint-detection", "object-detection")


def test_an_entry_of_nothing_but_a_category_is_a_class(tmp_path: Path) -> None:
    labels = read(tmp_path, {}, {"image_id": 2, "category_id": 7})
    assert (labels.task, labels.classes.tolist()) == ("classification", [(0, 1), (1, 0)])


def test_several_files_of_one_archive_speak_of_the_same_images(tmp_path: Path) -> None:
    write(tmp_path, document({"bbox": [10, 5, 20, 10]}), "x/annotations/instances.json")
    write(tmp_path, document({"image_id": 1, "bbox": [0, 0, 40, 20]}), "x/annotations/more.json")
    write(tmp_path, document({"bbox": [10, 5, 20, 10]}, {"bbox": [0, 0, 40, 20]}), "x/annotations/stuff.json")
    write(tmp_path, document(), "x/annotations/image_info.json")
    labels = read_labels(tmp_path / "x")
    assert (labels.filenames, len(labels.boxes)) == (["a.png"], 2)
    done = read_labels(tmp_path / "x", ReadingChoices(unannotated=Unannotated.DONE))
    assert done.filenames == ["a.png", "b.png"]


def test_scores_are_said_and_other_json_is_no_coco(tmp_path: Path) -> None:
    labels = read(tmp_path, {"bbox": [10, 5, 20, 10], "score": 0.9})
    assert labels.findings[0].what == "scores-not-read"
    write(tmp_path, {"LabelName": "/m/0"}, "x/hierarchy.json")
    with pytest.raises(FileFormatError, match="of no known format"):
        read_labels(tmp_path / "x")


def test_a_key_of_coco_further_inside_makes_no_coco() -> None:
    inside = b'{"a.jpg": {"categories": [{"name": "cat"}], "annotations": []}'
    assert not recognizes_coco_labels(Path("answers.json"), inside)
    assert recognizes_coco_labels(Path("cut.json"), b'{"info": {}, "categories": [{"name": "ca')
    assert recognizes_coco_labels(Path("damaged.json"), b'{"images": [{]')


def test_names_of_label_studio_lose_their_digits(tmp_path: Path) -> None:
    images = [{"id": 1, "file_name": "images/4d7be32c__día.jpg", "width": 40, "height": 20}]
    content = document({"bbox": [0, 0, 1, 1]}, images=images, info={"contributor": "Label Studio"})
    labels = read_labels(write(tmp_path, content))
    assert labels.filenames == ["images/día.jpg"]
    assert [finding.what for finding in labels.findings] == ["stored-sizes"]


def test_label_studio_places_boxes_on_the_image_as_it_is_shown(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (40, 20)).save(tmp_path / "a.jpg", exif=exif)
    images = [{"id": 1, "file_name": "../set/a.jpg", "width": 40, "height": 20}]
    content = document({"bbox": [0, 0, 10, 10]}, images=images, info={"contributor": "Label Studio"})
    labels = read_labels(write(tmp_path, content), ReadingChoices(images_dir=tmp_path))
    assert labels.boxes[["x1", "y1"]].tolist() == [(0.5, 0.25)]


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ({"bbox": [1, 2, 3]}, "annotation 0 counting from 0: a bbox is a list of 4 numbers"),
        ({"image_id": 9, "bbox": [1, 2, 3, 4]}, "image_id 9 is not among the images"),
        ({"category_id": "dog"}, "category_id 'dog' is not among the categories"),
        ({"image_id": 2, "bbox": [1, 2, 3, 4]}, r"b\.png: the objects are in pixels and the file has no size"),
        ({"segmentation": {"size": [2, 2], "counts": [3]}}, "the mask has 3 pixels, the image 2 × 2"),
        ({"segmentation": [[1, 2, 3]]}, "a polygon is x and y in turn, found 3 numbers"),
        ({"keypoints": [1, 2]}, "keypoints are x, y and visibility in turn"),
        ({"segmentation": "x"}, "expected a 'segmentation' of polygons or of run lengths"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, annotation: dict[str, Any], message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read(tmp_path, annotation)


def test_two_categories_with_one_id_are_refused(tmp_path: Path) -> None:
    categories = [{"id": 1, "name": "cat"}, {"id": 1, "name": "dog"}]
    with pytest.raises(
        FileFormatError, match=r"categories\[1\]: 'dog' and 'cat' have the same id 1; give each its own"
    ):
        read_labels(write(tmp_path, {**document({"bbox": [1, 2, 3, 4]}), "categories": categories}))


@pytest.mark.parametrize("content", [{"images": 3}, {"images": [3]}, {"images": [{"id": 1}]}, {"annotations": []}])
def test_another_document_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(FileFormatError, match=r"^l\.json"):
        read_labels(write(tmp_path, content))


def test_images_that_share_an_id_are_said_and_one_that_is_listed_twice_is_not(tmp_path: Path) -> None:
    twice = {"images": [*IMAGES, IMAGES[0]]}
    assert "image-id-repeated" not in {
        finding.what for finding in read_labels(write(tmp_path, document(**twice))).findings
    }
    shared = {"images": [*IMAGES, {"id": 1, "file_name": "c.png"}]}
    findings = {finding.what: finding for finding in read_labels(write(tmp_path, document(**shared))).findings}
    assert findings["image-id-repeated"].names == ("c.png",)


def test_a_crowd_is_said_to_have_no_box(tmp_path: Path) -> None:
    runs = {"size": [2, 2], "counts": [0, 2, 2]}
    crowd = {"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 2], "iscrowd": 1, "segmentation": runs}
    content = {
        "images": [{"id": 1, "file_name": "a.png", "width": 2, "height": 2}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [crowd],
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content))
    labels = read_labels(path)
    assert (len(labels.boxes), len(labels.masks)) == (0, 1)
    assert "crowds" in [finding.what for finding in labels.findings]


def test_an_image_of_lvis_has_its_address_alone(tmp_path: Path) -> None:
    content = document({"bbox": [10, 5, 20, 10]})
    address = "http://images.cocodataset.org/train2017/000000000042.jpg"
    content["images"] = [{"id": 1, "coco_url": address, "width": 40, "height": 20}]
    labels = read_labels(write(tmp_path, content))
    assert labels.filenames == ["images.cocodataset.org/train2017/000000000042.jpg"]
    assert corners(labels) == [(0.25, 0.25, 0.75, 0.75)]
