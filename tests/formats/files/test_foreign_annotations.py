import json
from pathlib import Path
from typing import Any

import pytest

from al_core.exceptions import FileFormatError
from al_core.formats import read_labels, read_predictions

KITTI = "Car -1 -1 -10 1.48 45.28 35.68 94.20 -1 -1 -1 -1000 -1000 -1000 -10 0.7791\n"
TEXTS = {
    "KITTI": KITTI,
    "VisDrone": "1,45,34,49,0.7791,0,-1,-1\n",
    "DOTA": "10.5 20 30 20 30 40 10.5 40 plane 0\n",
    "DOTA text": "imagesource:GoogleEarth\ngsd:0.146\n10.5 20 30 20 30 40 10.5 40 plane 0\n",
    "the text of Cartucho's mAP": "tvmonitor 0.471781 0 13 174 244\n",
    "the text of Cartucho's mAP or of Darknet's": "000042 0.471781 1.5 13 174 244\n",
}


@pytest.mark.parametrize("line", ["P0006 0.5 10.5 20 30 20 30 40 10.5 40\n", "0006 0.5 10.5 20 30 40\n"])
def test_results_of_the_tasks_of_dota_are_named(tmp_path: Path, line: str) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "Task1_plane.txt").write_text(line)
    with pytest.raises(FileFormatError, match=r"^results is results of DOTA's tasks.*one row per box"):
        read_predictions(folder)


@pytest.mark.parametrize("kind", TEXTS)
def test_a_folder_of_texts_of_another_tool_is_named(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "a.txt").write_text("")
    (folder / "b 1.txt").write_text(TEXTS[kind])
    with pytest.raises(FileFormatError, match=f"^labels is {kind}.*one row per box.*as CSV"):
        read_predictions(folder)


def test_a_folder_of_yolo_texts_is_none_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0 0.5 0.5 0.2 0.2 0.9\n")
    assert len(read_predictions(tmp_path)) == 1


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("det.txt", "1,-1,65.04,32.72,18.6,14.8,0.9281,-1,-1,-1\n2,-1,1,2,3,4,0.5,-1,-1,-1\n", "a MOT table"),
        (
            "seg.json",
            '[{"score": 0.9, "label": "wall", "mask": "iVBORw0KGgo="}]',
            "the output of a Hugging Face image-seg",
        ),
    ],
)
def test_a_single_file_of_another_tool_is_named(tmp_path: Path, name: str, content: str, kind: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(FileFormatError, match=f"^{name} is {kind}.*, which is not read"):
        read_predictions(tmp_path / name)


BOX = {"bounding_box": {"origin_x": 1}, "categories": [{"score": 0.9, "category_name": "cat"}]}
OUTPUTS: list[tuple[str, Any]] = [
    (
        "what Darknet writes with -out",
        [
            {
                "frame_id": 1,
                "filename": "a.jpg",
                "objects": [{"name": "dog", "relative_coordinates": {}, "confidence": 0.9}],
            }
        ],
    ),
    ("the output of MediaPipe's object detector", {"a.jpg": {"detections": [BOX]}}),
    (
        "the output of MediaPipe's image classifier",
        {"a.jpg": {"classifications": [{"head_index": 0, "categories": [{"score": 0.9, "category_name": "cat"}]}]}},
    ),
    (
        "the output of Google Cloud Vision",
        {"responses": [{"localizedObjectAnnotations": [{"name": "Cat", "score": 0.9, "boundingPoly": {}}]}]},
    ),
    (
        "the output of Amazon Rekognition",
        {"a.jpg": {"CustomLabels": [{"Name": "cat", "Confidence": 94.7, "Geometry": {"BoundingBox": {"Left": 0.1}}}]}},
    ),
    ("the output of Amazon Rekognition", {"Labels": [{"Name": "Cat", "Confidence": 98.1, "Instances": []}]}),
    (
        "the output of Grounding DINO",
        {"a.jpg": {"boxes": [[0.5, 0.5, 0.2, 0.2]], "logits": [0.4], "phrases": ["cat"]}},
    ),
    ("the output of Clarifai", {"outputs": [{"data": {"concepts": [{"name": "cat", "value": 0.9}]}}]}),
    (
        "a batch prediction of Vertex AI",
        {
            "instance": {"content": "gs://bucket/a.jpg"},
            "prediction": {"displayNames": ["cat"], "confidences": [0.9], "bboxes": [[0.1, 0.5, 0.2, 0.6]]},
        },
    ),
    (
        "a file of SpeciesNet's results",
        {"predictions": [{"filepath": "a.jpg", "prediction": "cat", "prediction_score": 0.9, "model_version": "4.0"}]},
    ),
]


@pytest.mark.parametrize(("kind", "content"), OUTPUTS)
def test_the_output_of_a_tool_is_named(tmp_path: Path, kind: str, content: Any) -> None:
    path = tmp_path / "out.json"
    path.write_text(json.dumps(content))
    with pytest.raises(FileFormatError, match=rf"^out\.json is {kind}, which is not read; write"):
        read_predictions(path)


def test_the_table_of_deeplabcut_is_named(tmp_path: Path) -> None:
    path = tmp_path / "dlc.csv"
    path.write_text("scorer,net,net,net\nbodyparts,nose,nose,nose\ncoords,x,y,likelihood\na.jpg,10,20,0.9\n")
    with pytest.raises(FileFormatError, match="DeepLabCut's table of keypoints, which is not read; write COCO results"):
        read_predictions(path)


def test_the_table_of_viame_is_named(tmp_path: Path) -> None:
    path = tmp_path / "viame.csv"
    header = (
        "# 1: Detection or Track-id,2: Video or Image Identifier,3: Unique Frame Identifier,4-7: Img-bbox(TL_x,TL_y,"
        "BR_x,BR_y),8: Detection or Length Confidence,9: Target Length (0 or -1 if invalid),10-11+: Repeated Species,"
        "Confidence Pairs"
    )
    path.write_text(f"{header}\n0,a.jpg,0,10,20,30,40,0.9,0,cat,0.9\n1,b.jpg,1,5,6,7,8,0.7,0,dog,0.7\n")
    with pytest.raises(FileFormatError, match="VIAME's table of detections, which is not read; write a table"):
        read_predictions(path)


def test_a_sequence_of_mot_is_named_although_its_classes_stand_beside_it(tmp_path: Path) -> None:
    (tmp_path / "gt").mkdir()
    (tmp_path / "gt" / "gt.txt").write_text("1,-1,65.04,32.72,18.6,14.8,1,3,1\n")
    (tmp_path / "gt" / "labels.txt").write_text("person\n")
    for folder in (tmp_path, tmp_path / "gt"):
        with pytest.raises(FileFormatError, match="is a MOT table"):
            read_predictions(folder)


def test_one_file_of_a_folder_is_named_as_the_folder_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("plane 0.9 1 2 3 4\n")
    with pytest.raises(FileFormatError, match="is the text of Cartucho's mAP"):
        read_predictions(tmp_path / "a.txt")
    (tmp_path / "b.json").write_text('{"file_name": "b.png", "predictions": [{"category_id": 1, "score": 0.5}]}')
    with pytest.raises(
        FileFormatError,
        match=r"of a Lightly prediction folder, of which schema\.json is missing.*give the whole folder",
    ):
        read_predictions(tmp_path / "b.json")


def test_datumaros_own_format_is_to_be_exported_as_coco(tmp_path: Path) -> None:
    path = tmp_path / "default.json"
    item = {"id": "a", "annotations": [{"id": 0, "type": "bbox", "label_id": 1, "bbox": [1, 2, 3, 4]}]}
    before_version_1 = json.dumps({"info": {}, "categories": {"label": {"labels": []}}, "items": [item]})
    for content in ('{"dm_format_version": "1.0", "items": []}', before_version_1):
        path.write_text(content)
        with pytest.raises(FileFormatError, match="Datumaro's own format, which is not read; export it as COCO"):
            read_labels(path)


def test_masks_of_segment_anything_have_no_classes(tmp_path: Path) -> None:
    path = tmp_path / "sa_1.json"
    path.write_text(json.dumps({"annotations": [{"predicted_iou": 0.9, "stability_score": 0.9}]}))
    with pytest.raises(FileFormatError, match=r"a set of masks of Segment Anything.*its masks have no classes"):
        read_predictions(path)


def test_a_folder_of_a_tool_is_named_by_the_endings_of_its_files(tmp_path: Path) -> None:
    for folder, ending, content in (("s", ".out", "[0.9, 0.1]"), ("k", ".predictions.json", '[{"keypoints": [1]}]')):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"a.jpg{ending}").write_text(content)
    with pytest.raises(FileFormatError, match=r"^s is the output of a batch transform of SageMaker"):
        read_predictions(tmp_path / "s")
    with pytest.raises(FileFormatError, match=r"^k is a set of OpenPifPaf's predictions"):
        read_predictions(tmp_path / "k")
