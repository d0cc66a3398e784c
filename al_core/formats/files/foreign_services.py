"""What models write that are asked over a network, and language models that see."""

import re
from pathlib import Path

from al_core.formats.files.filename_rules import names_image_file
from al_core.formats.files.foreign import AS_BOXES, AS_BOXES_OR_CLASSES, AS_CLASSES, ForeignKind, has_keys
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.tree import tree_names

_NUMBER = rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_BOX_BY_CLASS = re.compile(
    rb'\{\s*(?!"(?:b?box|xyxy|xywh)")"[^"\\]{1,99}"\s*:\s*\[(?:\s*'
    + _NUMBER
    + rb"\s*,){3}\s*"
    + _NUMBER
    + rb'\s*\]\s*,\s*"score"\s*:\s*'
    + _NUMBER
    + rb"\s*\}"
)
"""A box under the name of its class, beside its score and nothing else: COCO's results may begin with both, too."""

_TASK = re.compile(rb'"<[A-Z_]{2,40}>"\s*:\s*\{')
"""A task of Florence-2, such as "<OD>", and its answer."""

_IN_ORDER_OF_IMAGES = (
    "write a table with a row per image (filename and a column of probabilities for each class) as CSV, or the numbers "
    "as .npy in the order of the dataset"
)


def _is_of_sagemaker(path: Path, head: bytes) -> bool:
    # Batch transform adds the ending to the name of each image.
    names = tree_names(path, head) or [path.name]
    return all(name.endswith(".out") and names_image_file(name.removesuffix(".out")) for name in names)


def _is_of_torchserve(path: Path, head: bytes) -> bool:
    return head.lstrip()[:1] in (b"{", b"[") and bool(_BOX_BY_CLASS.search(head))


def _is_of_florence(path: Path, head: bytes) -> bool:
    return head.lstrip()[:1] in (b"{", b"[") and bool(_TASK.search(head)) and b'"bboxes"' in head


def _has_boxes_of_language_model(path: Path, head: bytes) -> bool:
    keys = json_keys(path, head)
    return "label" in keys and bool(keys & {"box_2d", "bbox_2d"})


SERVICES = (
    ForeignKind("the output of Grounding DINO", has_keys("boxes", "logits", "phrases"), AS_BOXES),
    ForeignKind(
        "the output of MediaPipe's object detector", has_keys("bounding_box", "origin_x", "categories"), AS_BOXES
    ),
    ForeignKind(
        "the output of MediaPipe's image classifier",
        has_keys("classifications", "head_index", "categories"),
        AS_CLASSES,
    ),
    ForeignKind("the output of Google Cloud Vision", has_keys("localizedObjectAnnotations", "boundingPoly"), AS_BOXES),
    ForeignKind("the output of Amazon Rekognition", has_keys("Confidence", "Geometry", "BoundingBox"), AS_BOXES),
    ForeignKind(
        "the output of Amazon Rekognition", has_keys("Labels", "Name", "Confidence", "Instances"), AS_BOXES_OR_CLASSES
    ),
    ForeignKind("the output of Clarifai", has_keys("outputs", "concepts", "value"), AS_BOXES_OR_CLASSES),
    ForeignKind(
        "the output of a batch transform of SageMaker, one file per image",
        _is_of_sagemaker,
        f"its files say nothing about what their numbers are: {AS_BOXES_OR_CLASSES}",
    ),
    ForeignKind(
        "a batch prediction of Vertex AI",
        has_keys("instance", "prediction", "displayNames", "confidences"),
        AS_BOXES_OR_CLASSES,
    ),
    ForeignKind(
        "a batch prediction of AutoML Vision",
        has_keys("annotations", "annotation_spec_id", "display_name"),
        AS_BOXES_OR_CLASSES,
    ),
    ForeignKind("a file of SpeciesNet's results", has_keys("filepath", "prediction_score", "model_version"), AS_BOXES),
    ForeignKind("the output of a detector in TorchServe", _is_of_torchserve, AS_BOXES),
    ForeignKind(
        "the answer of an inference server (Triton, KServe)",
        has_keys("outputs", "datatype", "shape", "data"),
        _IN_ORDER_OF_IMAGES,
    ),
    ForeignKind("the output of Florence-2, whose boxes have no confidences", _is_of_florence, AS_BOXES),
    ForeignKind(
        "a file of boxes of a language model (box_2d)",
        _has_boxes_of_language_model,
        f"it does not say whether their numbers are pixels or thousandths of the image, nor their order: {AS_BOXES}",
    ),
    ForeignKind(
        "a table of Weights & Biases with copies of the images under other names",
        has_keys("columns", "data", "ncols", "nrows", "sha256"),
        "log a column with the filenames, and write the table as CSV: table.get_dataframe().to_csv(...)",
    ),
)
"""Each kind has no filenames, or says too little about what its numbers are."""
