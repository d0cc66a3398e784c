"""What is written for a tool is read by that tool's own library, or by our own reader."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from labelformat.formats.cvat import CVATObjectDetectionInput
from labelformat.formats.yolov8 import YOLOv8ObjectDetectionInput
from PIL import Image
from pycocotools.coco import COCO

from al_core.exceptions import InvalidInputError, MissingInputError, NotFoundError
from al_core.formats import WRITERS, ExportRows, find_writer, read_class_names, read_predictions
from al_core.formats.exports.archive import zip_files
from al_core.formats.exports.images import MAX_IMAGES
from al_core.formats.exports.label_studio import write_label_studio
from al_core.formats.exports.labelbox import write_labelbox
from al_core.formats.files.image_header import image_size
from al_core.formats.predictions.annotations import Annotations, box_table, keypoint_table
from al_core.utils import KeypointInstancePrediction, KeypointPrediction, ObjectDetectionOutput

NAMES = ["day/b.png", "a b.png", "empty.png"]
SIZES = [(200, 100), (40, 80), (10, 10)]
BOXES = Annotations(
    "model",
    ["cat", "it's: a <dog>"],
    boxes=box_table(
        np.arange(3),
        [
            ObjectDetectionOutput.from_scores(np.array([[0.25, 0.5, 0.75, 1]]), [0.5], [1]),
            ObjectDetectionOutput.from_scores(np.array([[0, 0, 0.5, 0.25], [0.5, 0.5, 1, 1]]), [0.75, 0.25], [0, 1]),
            ObjectDetectionOutput([], [], []),
        ],
    ),
)
POINTS = Annotations(
    "model",
    ["cat", "dog"],
    keypoints=keypoint_table(
        np.arange(3),
        [
            KeypointPrediction(
                [
                    KeypointInstancePrediction([50, 20, 0.5, 150, 60, 1.0, 0, 0, 0.0], category_id=7, score=0.25),
                    KeypointInstancePrediction([10, 10, 0.75], category_id=3, score=0.5),
                ]
            ),
            KeypointPrediction([KeypointInstancePrediction([0, 0, 0.0], category_id=3, score=0.5)]),
            KeypointPrediction([]),
        ],
    ),
    category_ids=[3, 7],
)
CLASSES = Annotations("model", ["cat", "dog"], np.array([[0.25, 0.75], [1, 0], [np.nan, np.nan]]))


@pytest.fixture
def rows(tmp_path: Path) -> ExportRows:
    """Three images, the best first, with boxes."""
    for name, size in zip(NAMES, SIZES, strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", size).save(tmp_path / name)
    return ExportRows(
        NAMES, np.array([0.9, 0.5, np.nan]), metadata={"tag": "picked"}, annotations=BOXES, images_dir=tmp_path
    )


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def test_pycocotools_reads_the_boxes_in_pixels(rows: ExportRows, tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    path.write_bytes(WRITERS["coco"].write(rows))
    coco = COCO(path)
    images = coco.loadImgs(coco.getImgIds())
    assert [(image["file_name"], (image["width"], image["height"])) for image in images] == list(
        zip(NAMES, SIZES, strict=True)
    )
    (found,) = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert (found["bbox"], found["score"], found["area"]) == ([50, 50, 100, 50], 0.5, 5000)
    assert coco.loadCats([found["category_id"]])[0]["name"] == "it's: a <dog>"
    results = coco.loadRes(json.loads(path.read_bytes())["annotations"])
    assert len(results.getAnnIds(imgIds=[2])) == 2


@pytest.mark.parametrize("name", ["coco", "yolo-confidences"])
def test_our_own_reader_reads_the_boxes_back(rows: ExportRows, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"export{find_writer(name).suffix}"
    path.write_bytes(find_writer(name).write(rows))
    read = read_predictions(path)
    assert read.filenames is not None
    order = {Path(filename).stem: position for position, filename in enumerate(read.filenames)}
    for position, filename in enumerate(NAMES):
        output = read.outputs[order[Path(filename).stem]]
        boxes = BOXES.boxes_of(position)
        assert output.labels.tolist() == [box.label for box in boxes]
        np.testing.assert_allclose(output.scores, [box.score for box in boxes], atol=1e-6)
        corners = np.reshape([[box.x0, box.y0, box.x1, box.y1] for box in boxes], (-1, 4))
        np.testing.assert_allclose(output.corners, corners, atol=1e-4)


def test_labelformat_reads_the_yolo_labels(rows: ExportRows, tmp_path: Path) -> None:
    flat = replace(rows, filenames=["b.png", "a.png", "empty.png"])
    folder = unpacked(WRITERS["yolo"].write(flat), tmp_path / "yolo")
    (folder / "data.yaml").write_text((folder / "data.yaml").read_text().replace("train.txt", "images"))
    (folder / "images").mkdir()
    for name, size in zip(flat.filenames, SIZES, strict=True):
        Image.new("RGB", size).save(folder / "images" / name)
    source = YOLOv8ObjectDetectionInput(folder / "data.yaml", "train")
    assert [category.name for category in source.get_categories()] == ["cat", "it's: a <dog>"]
    objects = {label.image.filename: label.objects for label in source.get_labels()}
    (found,) = objects["b.png"]
    assert (found.category.name, found.box.xmin, found.box.ymax) == ("it's: a <dog>", 50, 100)
    assert len(objects["a.png"]) == 2


def test_class_names_that_mean_something_else_in_yaml_come_back_from_yolo(rows: ExportRows, tmp_path: Path) -> None:
    names = ["no", "1", "\U0001f431 chat: noir", "a\tb", "- [x]"]
    named = replace(rows, annotations=replace(BOXES, class_names=names))
    folder = unpacked(WRITERS["yolo"].write(named), tmp_path / "yolo")
    assert read_class_names(folder / "data.yaml") == names
    assert yaml.safe_load((folder / "data.yaml").read_text(encoding="utf-8"))["names"] == dict(enumerate(names))


def test_yolo_lists_the_images_in_rank_order_and_has_an_empty_file_for_no_boxes(rows: ExportRows) -> None:
    files = unzipped(WRITERS["yolo"].write(rows))
    assert files["train.txt"] == b"./images/day/b.png\n./images/a b.png\n./images/empty.png\n"
    assert files["labels/day/b.txt"] == b"1 0.500000 0.750000 0.500000 0.500000\n"
    assert files["labels/empty.txt"] == b""


def test_two_images_that_share_a_label_file_are_refused(rows: ExportRows) -> None:
    with pytest.raises(InvalidInputError, match=r"two samples would both be written to 'labels/a.txt'"):
        WRITERS["yolo"].write(replace(rows, filenames=["a.png", "a.jpg", "b.png"]))


@pytest.mark.parametrize("name", ["../a.png", "/a.png", r"..\a.png", "C:a.png", ""])
def test_no_name_in_a_zip_leads_out_of_its_folder(name: str) -> None:
    with pytest.raises(InvalidInputError, match="leads out of its folder"):
        zip_files([(name, b"")])


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


def test_cvat_gets_predicted_classes_as_tags(rows: ExportRows) -> None:
    content = WRITERS["cvat"].write(replace(rows, annotations=CLASSES)).decode()
    assert content.count("<tag ") == 2
    assert (
        '<image id="0" name="day/b.png" width="200" height="100"><tag label="dog" source="auto" /></image>' in content
    )


def test_label_studio_gets_boxes_in_percent_and_the_interface_that_fits_them(rows: ExportRows) -> None:
    files = unzipped(WRITERS["label-studio"].write(rows))
    assert list(files) == ["labeling-config.xml", "tasks-001.json"]
    first, second, third = json.loads(files["tasks-001.json"])
    assert second["data"] == {
        "image": "/data/local-files/?d=a%20b.png", "filename": "a b.png", "rank": 2, "score": 0.5,
    }  # fmt: skip
    (prediction,) = first["predictions"]
    (region,) = prediction["result"]
    assert (prediction["model_version"], prediction["score"]) == ("model", 0.5)
    assert region["value"] == {
        "x": 25, "y": 50, "width": 50, "height": 50, "rotation": 0, "rectanglelabels": ["it's: a <dog>"],
    }  # fmt: skip
    assert (region["original_width"], region["original_height"]) == (200, 100)
    assert third["predictions"] == []
    config = files["labeling-config.xml"].decode()
    assert '<RectangleLabels name="label" toName="image">' in config
    assert '<Label value="it\'s: a &lt;dog&gt;"/>' in config


def test_label_studio_gets_classes_as_choices_and_needs_no_images(rows: ExportRows) -> None:
    files = unzipped(write_label_studio(replace(rows, annotations=CLASSES, images_dir=None)))
    first, _, third = json.loads(files["tasks-001.json"])
    assert first["predictions"][0]["result"] == [
        {"from_name": "label", "to_name": "image", "type": "choices", "value": {"choices": ["dog"]}}
    ]
    assert third["predictions"] == []


@pytest.mark.parametrize(("limits", "sizes"), [({"max_tasks": 2}, [2, 1]), ({"max_bytes": 200}, [1, 1, 1])])
def test_tasks_are_split_at_the_import_limits(limits: dict[str, int], sizes: list[int], rows: ExportRows) -> None:
    files = unzipped(write_label_studio(replace(rows, annotations=None), **limits))
    parts = {name: json.loads(content) for name, content in files.items() if name.endswith(".json")}
    assert [len(part) for part in parts.values()] == sizes
    assert [task["data"]["filename"] for part in parts.values() for task in part] == NAMES
    assert all(len(files[name]) <= limits.get("max_bytes", 10**6) for name in parts)


def test_labelbox_gets_data_rows_and_pre_annotations_in_pixels(rows: ExportRows) -> None:
    files = unzipped(write_labelbox(rows, max_rows=2))
    assert list(files) == [
        "data-rows-001.ndjson", "data-rows-002.ndjson", "pre-annotations-001.ndjson", "pre-annotations-002.ndjson",
    ]  # fmt: skip
    first = json.loads(files["data-rows-001.ndjson"].splitlines()[0])
    assert first == {
        "row_data": "day/b.png", "global_key": "day/b.png", "external_id": "day/b.png", "media_type": "IMAGE",
    }  # fmt: skip
    found = json.loads(files["pre-annotations-001.ndjson"].splitlines()[0])
    del found["uuid"]
    assert found == {
        "dataRow": {"globalKey": "day/b.png"},
        "name": "it's: a <dog>",
        "confidence": 0.5,
        "bbox": {"top": 50, "left": 50, "height": 50, "width": 100},
    }


def test_labelbox_gets_a_class_as_the_answer_to_a_question(rows: ExportRows) -> None:
    files = unzipped(write_labelbox(replace(rows, annotations=CLASSES)))
    found = json.loads(files["pre-annotations-001.ndjson"].splitlines()[0])
    assert (found["name"], found["answer"]) == ("class", {"name": "dog", "confidence": 0.75})


def test_pycocotools_reads_the_keypoints_in_pixels(rows: ExportRows, tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    path.write_bytes(WRITERS["coco"].write(replace(rows, annotations=POINTS)))
    coco = COCO(path)
    assert {category["id"]: category["name"] for category in coco.loadCats([3, 7])} == {3: "cat", 7: "dog"}
    assert coco.cats[3]["keypoints"] == ["keypoint_1", "keypoint_2", "keypoint_3"]
    dog, cat = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert (dog["category_id"], dog["keypoints"]) == (7, [50, 20, 2, 150, 60, 2, 0, 0, 0])
    assert (dog["num_keypoints"], dog["bbox"], dog["area"], dog["score"]) == (2, [50, 20, 100, 40], 4000, 0.25)
    assert (cat["category_id"], cat["keypoint_scores"]) == (3, [0.75])
    assert len(coco.loadRes(json.loads(path.read_bytes())["annotations"]).getAnnIds(catIds=[3])) == 2
    read = read_predictions(path)
    assert (read.task, read.filenames, read.category_ids) == ("keypoint-detection", NAMES, [3, 7])
    assert keypoint_table(np.arange(3), read.outputs).tolist() == POINTS.keypoints.tolist()


def test_labeling_tools_get_the_keypoints_that_are_there(rows: ExportRows) -> None:
    rows = replace(rows, annotations=POINTS)
    cvat = WRITERS["cvat"].write(rows).decode()
    assert '<points label="dog" source="auto" occluded="0" points="50.00,20.00;150.00,60.00" z_order="0" />' in cvat
    assert cvat.count("<points ") == 2
    labelbox = unzipped(write_labelbox(rows))["pre-annotations-001.ndjson"].splitlines()
    found = [(line["name"], line["point"], line["confidence"]) for line in map(json.loads, labelbox)]
    assert found == [
        ("dog", {"x": 50, "y": 20}, 0.5), ("dog", {"x": 150, "y": 60}, 1), ("cat", {"x": 10, "y": 10}, 0.75),
    ]  # fmt: skip
    files = unzipped(write_label_studio(rows))
    assert '<KeyPointLabels name="label" toName="image">' in files["labeling-config.xml"].decode()
    regions = json.loads(files["tasks-001.json"])[0]["predictions"][0]["result"]
    assert [(region["id"], region["value"]["x"], region["value"]["y"]) for region in regions] == [
        ("object-1-keypoint-1", 25, 20), ("object-1-keypoint-2", 75, 60), ("object-2-keypoint-1", 5, 10),
    ]  # fmt: skip
    assert regions[1]["meta"] == {"text": ["object 1, keypoint 2"]}


def test_keypoints_relative_to_the_image_need_no_images_in_label_studio(rows: ExportRows) -> None:
    relative = POINTS.keypoints.copy()
    relative["x"], relative["y"] = 0.25, 0.5
    annotations = replace(POINTS, keypoints=relative)
    files = unzipped(write_label_studio(replace(rows, annotations=annotations, images_dir=None)))
    first = json.loads(files["tasks-001.json"])[0]["predictions"][0]["result"][0]
    assert (first["value"]["x"], first["value"]["y"]) == (25, 50)
    assert b'points="50.00,50.00' in WRITERS["cvat"].write(replace(rows, annotations=annotations))
    with pytest.raises(MissingInputError, match="needs the images, because its keypoints are in pixels"):
        write_label_studio(replace(rows, annotations=POINTS, images_dir=None))


def test_parquet_has_the_columns_of_the_csv_and_the_metadata(rows: ExportRows) -> None:
    table = pq.read_table(io.BytesIO(WRITERS["parquet"].write(rows)))
    assert table.to_pydict() == {"rank": [1, 2, 3], "filename": NAMES, "score": [0.9, 0.5, None]}
    assert table.column_names == next(csv.reader([WRITERS["csv"].write(rows).decode().splitlines()[0]]))
    assert json.loads(table.schema.metadata[b"al_core"]) == {"tag": "picked"}


def test_images_come_as_they_are_in_rank_order(rows: ExportRows, tmp_path: Path) -> None:
    files = unzipped(WRITERS["images"].write(rows))
    assert files == {name: (tmp_path / name).read_bytes() for name in NAMES}
    assert list(files) == NAMES


def test_too_many_images_are_refused_with_another_way(rows: ExportRows) -> None:
    many = ExportRows([f"{row}.png" for row in range(MAX_IMAGES + 1)], images_dir=rows.images_dir)
    with pytest.raises(InvalidInputError, match=r"up to 1,000 images.*exports.copy_images"):
        WRITERS["images"].write(many)


@pytest.mark.parametrize("name", [name for name, writer in WRITERS.items() if writer.needs and name != "label-studio"])
def test_a_format_without_what_it_needs_says_what_to_do(name: str) -> None:
    with pytest.raises(MissingInputError, match=r"this format needs .*: (store|set the images folder)"):
        WRITERS[name].write(ExportRows(["a.png"]))


def test_a_missing_image_is_named(rows: ExportRows, tmp_path: Path) -> None:
    (tmp_path / "a b.png").unlink()
    with pytest.raises(MissingInputError, match=r"1 of 3 images are not in the images folder, the first is 'a b.png'"):
        WRITERS["coco"].write(rows)


def test_no_image_outside_its_folder_is_exported(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="leads out of the images folder"):
        WRITERS["images"].write(ExportRows(["../secret.png"], images_dir=tmp_path))


def test_the_size_of_an_image_is_the_one_it_is_shown_in(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "turned.jpg", exif=exif)
    assert image_size(tmp_path / "turned.jpg") == (20, 30)


def test_a_file_that_is_not_an_image_has_no_size(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no image")
    with pytest.raises(InvalidInputError, match=r"broken\.png cannot be read as an image"):
        image_size(tmp_path / "broken.png")


@pytest.mark.parametrize("name", list(WRITERS))
def test_the_same_samples_give_the_same_bytes(name: str, rows: ExportRows) -> None:
    assert WRITERS[name].write(rows) == WRITERS[name].write(rows)


def test_an_unknown_format_lists_the_existing_ones() -> None:
    with pytest.raises(NotFoundError, match="no export format 'docx'; there are: txt, csv, json"):
        find_writer("docx")
