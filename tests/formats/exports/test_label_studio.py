import json
from dataclasses import replace

import pytest

from al_core.exceptions import MissingInputError
from al_core.formats import WRITERS, ExportChoices, ExportRows
from al_core.formats.exports.label_studio import write_label_studio
from tests.formats.exports.brush import decode_rle
from tests.formats.exports.samples import CLASSES, MASKS, NAMES, POINTS, SEVERAL, unzipped


def test_label_studio_gets_boxes_in_percent_and_the_interface_that_fits_them(rows: ExportRows) -> None:
    files = unzipped(WRITERS["label-studio"].write(rows))
    assert rows.images_dir is not None
    assert list(files) == ["README.md", "labeling-config.xml", "tasks-001.json"]
    first, second, third = json.loads(files["tasks-001.json"])
    assert second["data"] == {
        "image": f"/data/local-files/?d={rows.images_dir.name}/a%20b.png",
        "filename": "a b.png", "rank": 2, "score": 0.5,
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


@pytest.mark.parametrize(
    ("prefix", "address"),
    [
        ("", "/data/local-files/?d=images/a%20b.png"),
        ("my photos/", "/data/local-files/?d=my%20photos/a%20b.png"),
        ("https://host/i", "https://host/i/a%20b.png"),
        ("s3://bucket/i", "s3://bucket/i/a b.png"),
        ("/data/upload/3", "/data/upload/3/a%20b.png"),
    ],
)
def test_images_are_addressed_where_the_person_has_them(rows: ExportRows, prefix: str, address: str) -> None:
    elsewhere = replace(rows, images_dir=None, choices=ExportChoices(image_prefix=prefix))
    tasks = json.loads(unzipped(write_label_studio(elsewhere))["tasks-001.json"])
    assert tasks[1]["data"]["image"] == address


def test_boxes_below_the_confidence_are_not_proposed(rows: ExportRows) -> None:
    sure = replace(rows, choices=ExportChoices(min_confidence=0.6))
    tasks = json.loads(unzipped(write_label_studio(sure))["tasks-001.json"])
    assert [len(task["predictions"]) for task in tasks] == [0, 1, 0]
    assert [region["score"] for region in tasks[1]["predictions"][0]["result"]] == [0.75]


@pytest.mark.parametrize(("limits", "sizes"), [({"max_tasks": 2}, [2, 1]), ({"max_bytes": 200}, [1, 1, 1])])
def test_tasks_are_split_at_the_import_limits(limits: dict[str, int], sizes: list[int], rows: ExportRows) -> None:
    files = unzipped(write_label_studio(replace(rows, annotations=None, choices=ExportChoices(["cat"])), **limits))
    parts = {name: json.loads(content) for name, content in files.items() if name.endswith(".json")}
    assert [len(part) for part in parts.values()] == sizes
    assert [task["data"]["filename"] for part in parts.values() for task in part] == NAMES
    assert all(len(files[name]) <= limits.get("max_bytes", 10**6) for name in parts)


def test_keypoints_relative_to_the_image_need_no_images_in_label_studio(rows: ExportRows) -> None:
    assert POINTS.keypoints is not None
    relative = POINTS.keypoints.copy()
    relative["x"], relative["y"] = 0.25, 0.5
    annotations = replace(POINTS, keypoints=relative)
    files = unzipped(write_label_studio(replace(rows, annotations=annotations, images_dir=None)))
    first = json.loads(files["tasks-001.json"])[0]["predictions"][0]["result"][0]
    assert (first["value"]["x"], first["value"]["y"]) == (25, 50)
    assert b'points="50.00,50.00' in WRITERS["cvat"].write(replace(rows, annotations=annotations))
    with pytest.raises(MissingInputError, match="needs the images, because its keypoints are in pixels"):
        write_label_studio(replace(rows, annotations=POINTS, images_dir=None))


def test_label_studio_gets_masks_as_brush_strokes_over_the_whole_image(rows: ExportRows) -> None:
    files = unzipped(write_label_studio(replace(rows, annotations=MASKS)))
    assert '<BrushLabels name="label" toName="image">' in files["labeling-config.xml"].decode()
    [prediction] = json.loads(files["tasks-001.json"])[0]["predictions"]
    cat, _ = prediction["result"]
    assert (cat["type"], cat["original_width"], cat["original_height"]) == ("brushlabels", 200, 100)
    assert (cat["value"]["format"], cat["value"]["brushlabels"]) == ("rle", ["cat"])
    decoded = decode_rle(cat["value"]["rle"]).reshape(100, 200, 4)[:, :, 3]
    assert (int((decoded > 0).sum()), bool(decoded[50:, :100].all())) == (5000, True)


def test_without_images_masks_keep_the_size_of_the_map(rows: ExportRows) -> None:
    files = unzipped(write_label_studio(replace(rows, annotations=MASKS, images_dir=None)))
    region = json.loads(files["tasks-001.json"])[0]["predictions"][0]["result"][0]
    assert (region["original_width"], region["original_height"]) == (2, 2)


def test_classes_that_do_not_exclude_each_other_are_several_choices(rows: ExportRows) -> None:
    files = unzipped(write_label_studio(replace(rows, annotations=SEVERAL)))
    assert '<Choices name="label" toName="image" choice="multiple">' in files["labeling-config.xml"].decode()
    predictions = [task["predictions"] for task in json.loads(files["tasks-001.json"])]
    assert [prediction["result"][0]["value"]["choices"] for [prediction] in predictions[:2]] == [
        ["dog", "cat"],
        ["cat"],
    ]
    assert (predictions[0][0]["score"], predictions[2]) == (0.75, [])
