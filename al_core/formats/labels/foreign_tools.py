"""What labeling tools and data sets write that is not read, by the keys of their JSON."""

import re
from collections.abc import Callable
from pathlib import Path

from al_core.formats.files.filename_rules import names_image_file
from al_core.formats.files.foreign import ForeignKind, has_keys
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.text import BOM
from al_core.formats.files.tree import tree_names
from al_core.formats.labels.label_columns import has_label_columns

_AS_COCO = "export it as COCO"
AS_TABLE = (
    "write a table as CSV: filename and label for each image, or filename, label, xmin, ymin, xmax and ymax for each "
    "box"
)
"""What to do with labels for which no tool has another export."""

_AS_EITHER = f"convert it to COCO, or {AS_TABLE}"

_OF_COCO = frozenset({"images", "categories"})
_OF_LABEL_STUDIO = (frozenset({"data", "completed_by"}), frozenset({"annotation_id", "lead_time"}))
_OF_VIA = frozenset({"region_attributes"})
_READ = (_OF_COCO, *_OF_LABEL_STUDIO, _OF_VIA)
"""Keys of files that are read although their images and tasks may have any other keys, also those of a tool."""

_FIRST_ENTRY = re.compile(rb'\s*\{\s*"([^"]{1,999})"\s*:\s*(?:"|\d+\s*[,}]|\[\s*["\]])')
_COMMENTS = re.compile(rb'"Comments":\s*\[')


def _has_keys(*keys: str) -> Callable[[Path, bytes], bool]:
    """Return a test for JSON with these keys that is of no format that is read."""
    has_these = has_keys(*keys)
    return lambda path, head: has_these(path, head) and not any(read <= json_keys(path, head) for read in _READ)


def _is_of_doccano(path: Path, head: bytes) -> bool:
    # A table may have a column of comments, which are texts.
    return _has_keys("id", "Comments")(path, head) and bool(_COMMENTS.search(head))


def _is_csv_of_via(path: Path, head: bytes) -> bool:
    return b"region_shape_attributes" in head.partition(b"\n")[0]


def _is_wider_face(path: Path, head: bytes) -> bool:
    # The image, the number of its faces, and ten numbers for each of them.
    lines = [line.split() for line in head.splitlines()[:3]]
    if [len(words) for words in lines] != [1, 1, 10]:
        return False
    [image], [n_faces], _ = lines
    return b"/" in image and n_faces.isdigit()


def _is_celeba(path: Path, head: bytes) -> bool:
    # The number of images, the names of the attributes, and 1 or -1 for each.
    lines = [line.split() for line in head.splitlines()[:3]]
    if len(lines) < 3:
        return False
    n_images, attributes, values = lines
    is_counted = len(n_images) == 1 and n_images[0].isdigit()
    # The name of the image comes before its values.
    if not is_counted or len(values) != 1 + len(attributes):
        return False
    return all(value in (b"1", b"-1") for value in values[1:])


def _is_of_chexpert(path: Path, head: bytes) -> bool:
    cells = head.removeprefix(BOM).partition(b"\n")[0].decode(errors="replace").split(",")
    columns = [cell.strip('" \r') for cell in cells]
    return {"Path", "Age", "Frontal/Lateral"} <= set(columns) and not has_label_columns(columns)


def _has_files(*names: str, ending: str = "") -> Callable[[Path, bytes], bool]:
    """Return a test for folders and archives with all of these files, and one with this ending."""

    def recognizes(path: Path, head: bytes) -> bool:
        paths = tree_names(path, head)
        within = {name.rpartition("/")[2] for name in paths}
        return within >= set(names) and any(name.endswith(ending) for name in paths)

    return recognizes


def _has_prediction_strings(path: Path, head: bytes) -> bool:
    columns = head.removeprefix(BOM).partition(b"\n")[0].lower().split(b",")
    return b"predictionstring" in {column.strip(b'" \r') for column in columns}


def _is_list_of_classes(path: Path, head: bytes) -> bool:
    # The image and its class, as ImageNet's val.txt has them.
    lines = head.removeprefix(BOM).decode(errors="replace").splitlines()
    if len(lines) > 1:
        # It may be cut off.
        lines.pop()
    cells = [line.rsplit(maxsplit=1) for line in lines if line.strip()]
    are_pairs = bool(cells) and all(len(pair) == 2 and names_image_file(pair[0]) for pair in cells)
    return are_pairs and not any("," in cell for _, cell in cells)


def _is_class_by_filename(path: Path, head: bytes) -> bool:
    entry = _FIRST_ENTRY.match(head)
    return entry is not None and names_image_file(entry[1].decode(errors="replace"))


FOREIGN_TOOLS = (
    # A task that was rejected has a label like one that was accepted.
    ForeignKind("Prodigy's data set of tasks and answers", _has_keys("_input_hash", "_task_hash"), AS_TABLE),
    ForeignKind("a project of Supervisely", _has_keys("classTitle", "objects"), f"{_AS_COCO} or Pascal VOC"),
    ForeignKind("of V7 in its own format (Darwin)", _has_keys("slot_names", "annotations"), _AS_COCO),
    ForeignKind("of V7 in its first format (Darwin)", _has_keys("image", "original_filename", "annotations"), _AS_COCO),
    ForeignKind("of SuperAnnotate in its own format", _has_keys("instances", "className"), f"{_AS_COCO} with its SDK"),
    ForeignKind("of Kili in its own format", _has_keys("jsonResponse"), f"{_AS_COCO} or YOLO"),
    ForeignKind("of Encord in its own format", _has_keys("label_hash", "data_units"), _AS_COCO),
    ForeignKind("of Dataloop in its own format", _has_keys("datasetId", "annotations"), f"{_AS_COCO} or YOLO"),
    ForeignKind("a list of tasks of Scale AI", _has_keys("task_id", "params", "response"), _AS_EITHER),
    ForeignKind("a data set of Argilla", _has_keys("fields", "responses", "suggestions"), AS_TABLE),
    ForeignKind("a file of doccano", _is_of_doccano, AS_TABLE),
    ForeignKind("a JSON file of VoTT", _has_keys("assets", "regions"), "export it as CSV or Pascal VOC"),
    ForeignKind("a file of boxes from Azure ML", _has_keys("image_url", "image_details", "topX"), f"{_AS_COCO} there"),
    ForeignKind("an import or export of Vertex AI", _has_keys("imageGcsUri"), AS_TABLE),
    ForeignKind("an export of Labelbox of before 2023", _has_keys("featureId", "Label"), "export NDJSON from Labelbox"),
    ForeignKind(
        "a set of Cityscapes' polygons",
        _has_keys("imgHeight", "imgWidth", "polygon"),
        f"{_AS_EITHER}; or add the label maps (labelIds.png)",
    ),
    ForeignKind(
        "a file of Create ML's labels", _has_keys("annotations", "coordinates", "image"), f"{_AS_COCO} or Pascal VOC"
    ),
    ForeignKind(
        "a file of BDD100K's labels", _has_keys("labels", "box2d"), "convert it to COCO with its toolkit (to_coco)"
    ),
    ForeignKind("a set of nuImages' tables", _has_keys("sample_data_token", "category_token"), _AS_EITHER),
    ForeignKind("a list of boxes of nuScenes or nuImages", _has_keys("sample_data_token", "bbox_corners"), _AS_EITHER),
    ForeignKind(
        "a panoptic segmentation of COCO, whose areas are in PNG files",
        has_keys("segments_info"),
        "convert it to detections (panopticapi's panoptic2detection_coco_format.py), or to label maps",
    ),
    ForeignKind(
        "a file of prompts and answers for PaliGemma", _has_keys("image", "prefix", "suffix"), "export as COCO or YOLO"
    ),
    ForeignKind("a Hugging Face image folder with objects", _has_keys("file_name", "objects", "bbox"), _AS_EITHER),
    ForeignKind(
        "a CSV file of VIA", _is_csv_of_via, "export the annotations as JSON: Annotation, Export Annotations (as json)"
    ),
    ForeignKind(
        "the backup of a CVAT task",
        _has_files("task.json", "annotations.json"),
        "export the task as a dataset, in the format CVAT for images 1.1",
    ),
    ForeignKind(
        "a CamVid data set (label_colors.txt)",
        _has_files("label_colors.txt"),
        "export it as Segmentation mask 1.1 or as COCO",
    ),
    ForeignKind(
        "Roboflow's export of masks (PNG)",
        _has_files("_classes.csv", ending="_mask.png"),
        "export the same version as COCO Segmentation",
    ),
    ForeignKind(
        "CheXpert's table, whose blanks say that nothing was said of a finding and whose -1 that nobody was sure",
        _is_of_chexpert,
        "write 0 for a blank, 0 or 1 for -1, and take out Sex, Age, Frontal/Lateral and AP/PA",
    ),
    ForeignKind("a table of Kaggle's prediction strings", _has_prediction_strings, AS_TABLE),
    ForeignKind(
        "a list of filenames and classes without a header",
        _is_list_of_classes,
        "put a line filename,label in front, and commas between the cells",
    ),
    ForeignKind("JSON with the class or classes by filename", _is_class_by_filename, AS_TABLE),
    ForeignKind("WIDER FACE's list of boxes", _is_wider_face, _AS_EITHER),
    ForeignKind(
        "CelebA's list of attributes",
        _is_celeba,
        "write a table as CSV: filename, and 0 or 1 in a column for each attribute",
    ),
)
"""Every kind, in the order in which they are tried, before the readers: several have annotations, as COCO has."""
