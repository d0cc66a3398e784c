import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_labels, read_predictions
from al_core.formats.labels.foreign_tools import FOREIGN_TOOLS

BOX = {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}
DOCUMENTS = {
    "Prodigy": {"image": "a.jpg", "label": "cat", "_input_hash": 1, "_task_hash": 2, "answer": "reject"},
    "Supervisely": {"size": BOX, "objects": [{"classTitle": "cat", "points": {"exterior": [[1, 2]]}}]},
    "V7": {"item": {"name": "a.jpg"}, "annotations": [{"name": "cat", "slot_names": ["0"]}]},
    "V7 in its first format": {
        "image": {"filename": "a.jpg", "original_filename": "a.jpg"},
        "annotations": [{"name": "cat", "bounding_box": {"x": 1, "y": 2, "w": 3, "h": 4}}],
    },
    "Argilla": {"id": "1", "fields": {"image": "a.jpg"}, "suggestions": {}, "responses": {"label": [{"value": "cat"}]}},
    "boxes of nuScenes": [{"sample_data_token": "s", "filename": "a.jpg", "bbox_corners": [1, 2, 3, 4]}],
    "SuperAnnotate": {"metadata": {"name": "a.jpg"}, "instances": [{"className": "cat"}]},
    "Kili": [{"externalId": "a.jpg", "labels": [{"jsonResponse": {"JOB": {}}}]}],
    "Encord": [{"label_hash": "h", "data_title": "a.jpg", "data_units": {}}],
    "Dataloop": {"datasetId": "d", "filename": "/a.jpg", "annotations": [{"label": "cat"}]},
    "Scale AI": [{"task_id": "t", "params": {"attachment": "a.jpg"}, "response": {"annotations": []}}],
    "doccano": {"id": 1, "filename": "a.jpg", "label": ["cat"], "Comments": []},
    "VoTT": {"assets": {"h": {"asset": {"name": "a.jpg"}, "regions": [{"tags": ["cat"]}]}}},
    "Azure ML": {
        "image_url": "azureml://a.jpg",
        "image_details": {"width": 4},
        "label": [{"label": "cat", "topX": 0.5}],
    },
    "Vertex AI": {"imageGcsUri": "gs://b/a.jpg", "classificationAnnotation": {"displayName": "cat"}},
    "Labelbox of before": [{"ID": "x", "Label": {"objects": [{"featureId": "f", "title": "cat"}]}}],
    "Cityscapes": {"imgHeight": 4, "imgWidth": 4, "objects": [{"label": "cat", "polygon": [[1, 2]]}]},
    "Create ML": [{"image": "a.jpg", "annotations": [{"label": "cat", "coordinates": BOX}]}],
    "BDD100K": [{"name": "a.jpg", "labels": [{"category": "cat", "box2d": BOX}]}],
    "nuImages": [{"category_token": "c", "sample_data_token": "s", "bbox": [1, 2, 3, 4]}],
    "panoptic": {"images": [], "categories": [], "annotations": [{"image_id": 1, "segments_info": []}]},
    "PaliGemma": {"image": "a.jpg", "prefix": "detect cat", "suffix": "<loc0001> cat"},
    "Hugging Face image folder": {"file_name": "a.jpg", "objects": {"bbox": [[1, 2, 3, 4]], "categories": [0]}},
    "the class or classes by filename": {"a.jpg": ["cat", "dog"], "b.jpg": []},
}
TEXTS = {
    "prediction strings": "ImageId,PredictionString\na,n01440764 10 20 30 40\n",
    "filenames and classes": "val/a.jpg 65\nval/b 2.jpg 970\nval/c",
    "VIA": "filename,file_size,region_shape_attributes,region_attributes\na.jpg,9,{},{}\n",
    "WIDER FACE": "0--Parade/a.jpg\n1\n449 330 122 149 0 0 0 0 0 0\n",
    "CheXpert": "Path,Sex,Age,Frontal/Lateral,AP/PA,Edema\na.jpg,F,68,Frontal,AP,\n",
    "CelebA": "2\nSmiling Male\na.jpg -1 1\nb.jpg 1 1\n",
}
ARCHIVES = {
    "the backup of a CVAT task": ["task.json", "annotations.json", "data/a.jpg"],
    "CamVid": ["label_colors.txt", "default/a.png", "defaultannot/a.png"],
    "Roboflow": ["train/_classes.csv", "train/a.jpg", "train/a_mask.png"],
}


@pytest.mark.parametrize("tool", DOCUMENTS)
def test_json_of_a_tool_that_is_not_read_is_named_and_says_what_to_do(tmp_path: Path, tool: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(DOCUMENTS[tool]))
    with pytest.raises(FileFormatError, match=rf"x\.json is .*{tool}.*, which is not read; (export|write|convert) "):
        read_labels(path)


@pytest.mark.parametrize("tool", TEXTS)
def test_text_of_a_tool_that_is_not_read_is_named_too(tmp_path: Path, tool: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(TEXTS[tool])
    with pytest.raises(FileFormatError, match=rf"x\.txt is .*{tool}.*, which is not read; (export|write|convert|put) "):
        read_labels(path)


CHOICE = {"type": "choices", "value": {"choices": ["cat"]}}


@pytest.mark.parametrize(
    "keys",
    [{"Comments": ["x"]}, {"coordinates": "48, 11"}, {"datasetId": 1}, {"params": 1, "task_id": 1, "response": 1}],
)
def test_a_file_that_is_read_may_have_the_keys_of_a_tool_too(tmp_path: Path, keys: dict[str, object]) -> None:
    path = tmp_path / "x.json"
    annotation = {"id": 1, "completed_by": 1, "result": [CHOICE]}
    path.write_text(json.dumps([{"id": 1, "data": {"image": "a.jpg", **keys}, "annotations": [annotation]}]))
    assert read_labels(path).class_names == ["cat"]
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 3, 3], "predicted_iou": 0.9, "stability_score": 0.9}
    image = {"id": 1, "file_name": "a.jpg", "width": 9, "height": 9, **keys}
    path.write_text(json.dumps({"images": [image], "categories": [{"id": 1, "name": "cat"}], "annotations": [box]}))
    assert len(read_labels(path).boxes) == 1


def test_records_with_a_comment_are_a_table(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"id": 1, "filename": "a.jpg", "label": "cat", "Comments": "blurred"}]))
    assert read_labels(path).filenames == ["a.jpg"]


@pytest.mark.parametrize(("tool", "names"), ARCHIVES.items())
def test_an_archive_of_a_tool_that_is_not_read_is_named(tmp_path: Path, tool: str, names: Sequence[str]) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    with pytest.raises(FileFormatError, match=rf"x\.zip is .*{tool}.*, which is not read; export "):
        read_labels(path)


def test_a_class_number_by_filename_is_no_list_of_class_names(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"a.jpg": 1, "b.jpg": 0}))
    with pytest.raises(
        FileFormatError, match="JSON with the class or classes by filename, which is not read; write a table"
    ):
        read_labels(path)
    with pytest.raises(
        FileFormatError, match="the classes of images by their filename and holds no predictions; write"
    ):
        read_predictions(path)


def test_every_tool_has_an_example() -> None:
    assert len(FOREIGN_TOOLS) == len(DOCUMENTS) + len(TEXTS) + len(ARCHIVES)
