"""Annotations and detections of other tools, told apart by what their texts look like."""

import re
from collections.abc import Callable
from pathlib import Path

from al_core.formats.files.decoded_size import announced_to
from al_core.formats.files.filename_rules import filename_rank
from al_core.formats.files.foreign import AS_BOXES, ForeignKind, has_keys
from al_core.formats.files.json_keys import json_keys
from al_core.formats.files.text import BOM
from al_core.formats.files.tree import FileTree, open_tree, tree_names

_FILES_LOOKED_AT = 3
_MAX_BYTES = 2**16
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_KITTI = re.compile(rf"[^\s\d]\S*(?: {_NUMBER}){{14,15}}")
_VISDRONE = re.compile(rf"(?:{_NUMBER},){{7}}{_NUMBER},?")
# A name, or an id with zeros in front, which the number of a class has not.
_CARTUCHO = re.compile(rf"(?:[^\s\d-]\S*|0\d\S*) (?:0|1|[01]?\.\d+)(?: {_NUMBER}){{4}}")
_DOTA = re.compile(rf"{_NUMBER}(?: {_NUMBER}){{7}} [^\s\d-]\S*(?: \d)?|imagesource:.*")
_TASK_OF_DOTA = re.compile(rf"\S+ (?:0|1|[01]?\.\d+)(?: {_NUMBER}){{4,8}}")
_MOT = re.compile(rf"\d+,-?\d+,(?:{_NUMBER},){{5,7}}{_NUMBER}")
_MOT_FILES = ("gt.txt", "det.txt", "gt/gt.txt", "det/det.txt")
_LOG_KEYS = frozenset({"iteration", "epoch", "iter", "step"})


def _texts_are(line: re.Pattern[str]) -> Callable[[Path, bytes], bool]:
    """Return a test for text files whose first line looks like that, and for folders and archives of such."""

    def recognizes(path: Path, head: bytes) -> bool:
        if path.suffix.lower() == ".txt" and not path.is_dir():
            return bool(line.fullmatch(_first_line(head)))
        names = [name for name in tree_names(path, head) if name.lower().endswith(".txt")]
        if not names:
            return False
        tree = open_tree(path)
        filled = [name for name in names if tree.n_bytes(name)][:_FILES_LOOKED_AT]
        lines = [_first_line(_start_of(tree, name)) for name in filled]
        return bool(lines) and all(line.fullmatch(text) for text in lines)

    return recognizes


def _is_task_of_dota(path: Path, head: bytes) -> bool:
    # One file for each class, which is in its name.
    names = [name for name in tree_names(path, head) or [path.name] if name.lower().endswith(".txt")]
    are_named = bool(names) and all(re.match(r"(?i)task[12]_", name.rpartition("/")[2]) for name in names)
    return are_named and _texts_are(_TASK_OF_DOTA)(path, head)


def _is_mot(path: Path, head: bytes) -> bool:
    if path.is_dir():
        # A sequence is a folder, with the names of its classes beside its boxes.
        files = [path / name for name in _MOT_FILES]
        return any(file.is_file() and _are_mot(file.read_bytes()[:_MAX_BYTES]) for file in files)
    return path.suffix.lower() in (".txt", ".csv") and _are_mot(head)


def _are_mot(content: bytes) -> bool:
    lines = content.decode(errors="replace").splitlines()[:_FILES_LOOKED_AT]
    return bool(lines) and all(_MOT.fullmatch(line.strip()) for line in lines)


def _start_of(tree: FileTree, name: str) -> bytes:
    """Return the content of a file if it is small: one with the boxes of one image is."""
    if tree.n_bytes(name) > _MAX_BYTES:
        return b""
    # So little memory needs no permission.
    with announced_to(lambda n_bytes: None):
        return tree.read(name)


def _first_line(content: bytes) -> str:
    return content.removeprefix(BOM).decode(errors="replace").lstrip().partition("\n")[0].strip()


def _is_of_lightly(path: Path, head: bytes) -> bool:
    # The folder, and not one of its files, names the categories and the task.
    names = tree_names(path, head)
    is_whole_folder = any(name.endswith("schema.json") for name in names)
    is_part = head.lstrip()[:1] == b"{" or (bool(names) and not is_whole_folder)
    keys = json_keys(path, head) if is_part else frozenset()
    return keys >= {"file_name", "predictions", "category_id"} and not keys & {"images", "filename"}


def _has_pipeline_masks(path: Path, head: bytes) -> bool:
    keys = json_keys(path, head)
    return {"score", "label", "mask"} <= keys and not keys & {"box", "bounding_box", "detections"}


def _is_training_log(path: Path, head: bytes) -> bool:
    start = head.lstrip()
    if start.startswith(b"{"):
        keys = json_keys(path, head) if b"loss" in start else frozenset()
        return bool(_LOG_KEYS & keys) and all(filename_rank(key) is None for key in keys)
    first = start.partition(b"\n")[0].lower()
    # A loss of each image is a score.
    columns = [name.strip().decode(errors="replace") for name in first.split(b",")]
    return columns[0] == "epoch" and b"loss" in first and all(filename_rank(name) is None for name in columns)


def _is_of_datumaro(path: Path, head: bytes) -> bool:
    keys = json_keys(path, head)
    # Before its version 1 the file did not name its format.
    return "dm_format_version" in keys or ({"categories", "items", "label_id"} <= keys and "annotations" in keys)


def _is_of_openpifpaf(path: Path, head: bytes) -> bool:
    names = tree_names(path, head) or [path.name]
    return all(name.endswith(".predictions.json") for name in names) and "keypoints" in json_keys(path, head)


def _is_of_segment_anything(path: Path, head: bytes) -> bool:
    # COCO annotations that were made of its masks keep these keys, and have classes.
    keys = json_keys(path, head)
    return keys >= {"predicted_iou", "stability_score"} and "category_id" not in keys


def _is_of_crowdhuman(path: Path, head: bytes) -> bool:
    keys = json_keys(path, head)
    return "ID" in keys and bool(keys & {"gtboxes", "dtboxes"})


def _is_deeplabcut(path: Path, head: bytes) -> bool:
    lines = head.removeprefix(BOM).splitlines()[:3]
    return len(lines) > 1 and lines[0].startswith(b"scorer,") and lines[1].startswith((b"individuals,", b"bodyparts,"))


def _is_viame(path: Path, head: bytes) -> bool:
    # The number sign is gone where a header behind one was taken for that of a table (`dialect`).
    return head.removeprefix(BOM).lstrip(b'# "').lower().startswith(b"1: detection or track-id")


ANNOTATIONS = (
    ForeignKind(
        "a data set in Datumaro's own format",
        _is_of_datumaro,
        "export it as COCO: datum convert -i . -f coco",
    ),
    ForeignKind("the log of a training run", _is_training_log, "drop what the model predicted"),
    ForeignKind("KITTI text (class and 14 or 15 numbers per box)", _texts_are(_KITTI), AS_BOXES),
    ForeignKind(
        "results of DOTA's tasks (image, score and rotated box, a file for each class)", _is_task_of_dota, AS_BOXES
    ),
    ForeignKind(
        "the text of Cartucho's mAP or of Darknet's comp4 files (name, confidence and corners per box)",
        _texts_are(_CARTUCHO),
        AS_BOXES,
    ),
    ForeignKind("DOTA text (eight coordinates and a class per rotated box)", _texts_are(_DOTA), AS_BOXES),
    ForeignKind("VisDrone text (eight numbers per box, with commas)", _texts_are(_VISDRONE), AS_BOXES),
    ForeignKind("what Darknet writes with -out", has_keys("frame_id", "relative_coordinates"), AS_BOXES),
    ForeignKind(
        "a set of OpenPifPaf's predictions, one file per image",
        _is_of_openpifpaf,
        "write all of them as COCO results, with the image_id of each",
    ),
    ForeignKind(
        "a set of masks of Segment Anything",
        _is_of_segment_anything,
        "its masks have no classes, about which a model could be unsure; give what your own model predicts",
    ),
    ForeignKind("a CrowdHuman file (.odgt)", _is_of_crowdhuman, AS_BOXES),
    ForeignKind(
        "a file of GeoJSON (outlines, usually on the ground)",
        has_keys("type", "features", "geometry", "coordinates"),
        AS_BOXES,
    ),
    ForeignKind("a file of OpenLABEL", has_keys("openlabel"), AS_BOXES),
    ForeignKind("VIAME's table of detections", _is_viame, AS_BOXES),
    ForeignKind(
        "DeepLabCut's table of keypoints",
        _is_deeplabcut,
        "write COCO results: image_id, category_id, score, and keypoints as x, y and likelihood of each",
    ),
    ForeignKind(
        "of a Lightly prediction folder, of which schema.json is missing",
        _is_of_lightly,
        "classes and task are in that file; give the whole folder",
    ),
    ForeignKind("a MOT table (frame, track, box per line)", _is_mot, AS_BOXES),
    ForeignKind(
        "the output of a Hugging Face image-segmentation pipeline (score, label and mask)",
        _has_pipeline_masks,
        "its masks say nothing about how sure the model is of a pixel; save the model's probabilities, one .npy file "
        'per image:\n\n    np.save(f"{stem}.npy", model(**inputs).logits[0].softmax(dim=0).cpu().numpy())',
    ),
)
"""Kinds that are text; a kind that gets a reader is taken out."""
