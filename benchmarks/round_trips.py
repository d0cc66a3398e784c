"""Claim: what is exported, the tools' own code reads, with the numbers that were predicted.

A dataset with the images of a real folder (odd sizes, one turned by EXIF, folders, names that are not ASCII, an image
without objects) is exported with predictions of each task; each tool reads each file that is for it, in a process of
its own. Boxes and points have to be within a hundredth of a pixel (YOLO's six digits: a thousandth of the side), masks
within a pixel, and every object has to be there with its class.

`python -m benchmarks.round_trips PYTHON [PYTHON …]`: the interpreters of environments with the tools of
requirements-round-trips.txt, which do not all install into one. A tool that none of them has is called missing.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from al_core.formats import WRITERS, ExportRows
from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.object_masks import MaskFile, ObjectMasks, class_masks
from al_core.formats.predictions.stored_tables import box_table, keypoint_table
from al_core.utils import KeypointInstancePrediction, KeypointPrediction, ObjectDetectionOutput
from benchmarks.round_trip_readers import READERS

READER_SCRIPT = Path(__file__).with_name("round_trip_readers.py")
SIZES = {
    "plain.png": (200, 100),
    "day 1/odd.png": (333, 77),
    "day 1/größe 猫.jpg": (64, 97),
    "turned.jpg": (90, 60),
    "empty.png": (31, 17),
}
"""Width and height as an image is shown. `turned.jpg` lies on its side in the file."""

EXIF_ORIENTATION = 0x0112
CLASSES = ["cat", "it's: a <dog>", 'Größe, "x"']
PIXELS = {"yolo": 0.34}
"""How far a coordinate may be off: six digits of the longest side above, and half of that for a corner."""

BY_LABEL_STUDIO = "label-studio by label_studio_sdk"
TASKS = {
    "boxes": tuple(READERS),
    "keypoints": ("coco by pycocotools", "coco by datumaro", "cvat by datumaro", BY_LABEL_STUDIO),
    "masks": ("coco by pycocotools", "coco by supervision", "coco by datumaro", "cvat by datumaro", BY_LABEL_STUDIO),
    "classes": ("cvat by datumaro", BY_LABEL_STUDIO),
    "several classes": ("cvat by datumaro", BY_LABEL_STUDIO),
}
"""The tools that read each kind of prediction."""

READS_NO_SUBFOLDERS = ("yolo by supervision",)


@dataclass(frozen=True)
class Verdict:
    """How a tool reads an export."""

    text: str
    is_right: bool


def main(interpreters: Sequence[str]) -> int:
    verdicts = []
    for task, readers in TASKS.items():
        for reader in readers:
            verdicts.append(_try(task, reader, interpreters))
            print(f"{task:16} {reader:34} {verdicts[-1].text}", flush=True)
    return 0 if all(verdict.is_right for verdict in verdicts) else 1


def _try(task: str, reader: str, interpreters: Sequence[str]) -> Verdict:
    format = reader.partition(" by ")[0]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rows = _rows(folder / "images", task)
        writer = WRITERS[format]
        _unpack(writer.write(rows), writer.suffix, folder / f"{format}{Path(writer.suffix).suffix}")
        expected = _expected(rows)
        if reader in READS_NO_SUBFOLDERS:
            expected = {name: objects for name, objects in expected.items() if "/" not in name}
        for interpreter in interpreters:
            command = [interpreter, str(READER_SCRIPT), reader, str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return _compared(expected, json.loads(done.stdout), PIXELS.get(format, 0.01))
            reason = done.stderr.strip().splitlines()[-1]
            if "ModuleNotFoundError" not in reason:
                return Verdict(f"refused: {reason}", is_right=False)
    return Verdict("missing: in none of the environments", is_right=True)


def _unpack(content: bytes, suffix: str, path: Path) -> None:
    if suffix.endswith(".zip"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            archive.extractall(path.parent)
    else:
        path.write_bytes(content)


def _rows(images_dir: Path, task: str) -> ExportRows:
    for name, (width, height) in SIZES.items():
        path = images_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == "turned.jpg":
            exif = Image.Exif()
            exif[EXIF_ORIENTATION] = 6
            Image.new("RGB", (height, width)).save(path, exif=exif)
        else:
            Image.new("RGB", (width, height)).save(path)
    return ExportRows(list(SIZES), annotations=_annotations(task), images_dir=images_dir)


def _annotations(task: str) -> Annotations:
    rng = np.random.default_rng(0)
    positions = np.arange(len(SIZES))
    counts = [3, 2, 4, 1, 0]
    if task == "boxes":
        boxes = []
        for count in counts:
            corners = np.sort(rng.random((count, 2, 2)), axis=1).reshape(count, 4)
            boxes.append(
                ObjectDetectionOutput.from_scores(corners, rng.uniform(0.3, 1, count), rng.integers(3, size=count))
            )
        return Annotations("model", CLASSES, boxes=box_table(positions, boxes))
    if task == "keypoints":
        objects = []
        for count, (width, height) in zip(counts, SIZES.values(), strict=True):
            instances = []
            for _ in range(count):
                points = np.column_stack([rng.random((5, 2)) * (width, height), [0.9, 0, 0.5, 1, 0.7]])
                instances.append(KeypointInstancePrediction(points.ravel().tolist(), 1, float(rng.uniform(0.3, 1))))
            objects.append(KeypointPrediction(instances))
        table = keypoint_table(positions, objects)
        return Annotations("model", ["cat"], category_ids=[1], keypoints=table, are_points_in_pixels=True)
    if task == "masks":
        file = MaskFile()
        for position, (width, height) in enumerate(SIZES.values()):
            # Of the size of the image, and a half of it for the first: models reduce images.
            side = 2 if position == 0 else 1
            ramps = np.add.outer(np.arange(height // side) / height, np.arange(width // side) / width) * side
            maps = np.stack([np.full_like(ramps, 0.5), ramps, 1.5 - ramps], axis=2)
            if counts[position]:
                file.add(position, class_masks(maps / maps.sum(axis=2, keepdims=True), ["background", *CLASSES[:2]]))
        return Annotations("model", ["background", *CLASSES[:2]], objects=ObjectMasks.of_bytes(file.content(positions)))
    probabilities = np.array([[0.25, 0.75, 0.5], [1, 0, 0], [0.3, 0.3, 0.4], [0.25, 0.25, 0.9], [np.nan] * 3])
    return Annotations("model", CLASSES, probabilities, are_exclusive=task == "classes")


def _expected(rows: ExportRows) -> dict[str, list[dict[str, Any]]]:
    """Return the objects of each image by its name, in pixels."""
    annotations = rows.proposals()
    expected: dict[str, list[dict[str, Any]]] = {}
    for position, (name, (width, height)) in enumerate(SIZES.items()):
        objects: list[dict[str, Any]] = [{"label": label} for label, _ in annotations.classes_of(position)]
        for relative_box in annotations.boxes_of(position):
            box = relative_box.scaled(width, height)
            objects.append({"label": CLASSES[box.label], "box": [box.x0, box.y0, box.x1, box.y1]})
        for keypoints in annotations.keypoints_of(position):
            points = [[x, y] for _, (x, y, _) in keypoints.visible_points]
            objects.append({"label": annotations.class_names[keypoints.label], "points": points})
        for mask in annotations.objects_of(position, (width, height)):
            objects.append({"label": annotations.class_names[mask.label], "area": int(mask.pixels().sum())})
        expected[name] = objects
    return expected


def _compared(expected: dict[str, list[dict[str, Any]]], images: list[dict[str, Any]], tolerance: float) -> Verdict:
    read: dict[str, list[dict[str, Any]]] = {}
    for image in images:
        # Some tools leave the ending out.
        name = next((name for name in SIZES if image["name"] in (name, str(Path(name).with_suffix("")))), image["name"])
        read[name] = image["objects"]
    missing = [name for name, objects in expected.items() if name not in read and objects]
    if missing:
        return Verdict(f"WRONG: no {missing[0]!r} among {list(read)}", is_right=False)
    furthest = 0.0
    kinds = {kind for objects in expected.values() for (kind, _), _ in _flat(objects)}
    for name, objects in expected.items():
        wanted = sorted(_flat(objects))
        # COCO has boxes around points and masks, too.
        found = sorted(thing for thing in _flat(read.get(name, [])) if thing[0][0] in kinds)
        if [key for key, _ in wanted] != [key for key, _ in found]:
            return Verdict(f"WRONG: {name!r} has {found}, not {wanted}", is_right=False)
        for (_, numbers), (_, others) in zip(wanted, found, strict=True):
            furthest = max(furthest, *np.abs(np.subtract(numbers, others)).tolist(), 0)
    n_objects = sum(len(objects) for objects in expected.values())
    is_right = furthest <= tolerance
    text = f"{n_objects} objects, off by {furthest:.3f}"
    return Verdict(text if is_right else f"WRONG: {text}", is_right)


def _flat(objects: list[dict[str, Any]]) -> list[tuple[tuple[str, str], list[float]]]:
    """Return kind and class of each thing with its numbers; points one by one, since some tools group none."""
    things: list[tuple[tuple[str, str], list[float]]] = []
    for one in objects:
        label = one["label"]
        if "points" in one:
            things += [(("point", label), list(point)) for point in one["points"]]
        elif "area" in one:
            things.append((("mask", label), [one["area"]]))
        elif "box" in one:
            things.append((("box", label), one["box"]))
        else:
            things.append((("class", label), []))
    return things


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
