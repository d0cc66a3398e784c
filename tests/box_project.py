"""A project on boxes: photos of a store room with a rare class, a detector, and what labeling tools write of boxes.

The detector is a stand-in: it finds the more, and places it the better, the more images it was trained on.
"""

import contextlib
import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

N_IMAGES = 320
CLASSES = ("ball", "crate", "flag")
RARE = "flag"
CATEGORY_IDS = dict(zip(CLASSES, (1, 2, 4), strict=True))
"""COCO's have gaps, and do not begin with 0 as those of YOLO do."""

SIZES = ((96, 64), (64, 96), (80, 80), (120, 72))
TURNED = 7
"""The image that is stored on its side: EXIF says how to turn it, and tools label it upright."""

_COLORS = {"ball": (208, 52, 44), "crate": (150, 104, 54), "flag": (40, 110, 200)}
_ORIENTATION = 0x0112
_LEFT_SIDE_DOWN = 8
_JITTER = 9.0
"""Pixels by which a detector without training misplaces a side (one standard deviation)."""


@dataclass(frozen=True)
class Box:
    """An object in pixels of the upright image; `score` is a detector's."""

    label: str
    corners: tuple[float, float, float, float]
    score: float = 1.0

    @property
    def coco(self) -> list[float]:
        """Left, top, width and height."""
        x0, y0, x1, y1 = self.corners
        return [round(value, 3) for value in (x0, y0, x1 - x0, y1 - y0)]

    def yolo(self, size: tuple[int, int]) -> str:
        """Class, middle and size in shares of the image's sides."""
        x0, y0, x1, y1 = self.corners
        width, height = size
        shares = ((x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height)
        return " ".join([str(CLASSES.index(self.label)), *(f"{share:.6f}" for share in shares)])


def names() -> list[str]:
    return [f"shelf {row:03d}.jpg" for row in range(N_IMAGES)]


def size_of(row: int) -> tuple[int, int]:
    return SIZES[row % len(SIZES)]


def boxes_of(row: int) -> list[Box]:
    """What is on an image: nothing on each sixteenth, and a flag on each twelfth."""
    if row % 16 == 5:
        return []
    rng = np.random.default_rng(row)
    labels = [CLASSES[int(rng.integers(2))] for _ in range(int(rng.integers(1, 3)))]
    if row % 12 == 3:
        labels[0] = RARE
    width, height = size_of(row)
    boxes = []
    for place, label in enumerate(labels):
        # Side by side, so that none hides another.
        step = width // len(labels)
        side = int(rng.integers(step // 3, step - 4))
        x0 = place * step + int(rng.integers(0, step - side))
        depth = min(side, height - 8)
        y0 = int(rng.integers(0, height - depth))
        boxes.append(Box(label, (x0, y0, x0 + side, y0 + depth)))
    return boxes


def write_photos(folder: Path) -> Path:
    """A folder of images of several sizes, one of them turned by EXIF."""
    folder.mkdir()
    for row, name in enumerate(names()):
        image = _drawn(row)
        exif = Image.Exif()
        if row == TURNED:
            exif[_ORIENTATION] = _LEFT_SIDE_DOWN
            image = image.transpose(Image.Transpose.ROTATE_270)
        image.save(folder / name, quality=88, exif=exif)
    return folder


def _drawn(row: int) -> Image.Image:
    shade = 170 + row % 5 * 12
    image = Image.new("RGB", size_of(row), (shade, shade, shade - 20))
    draw = ImageDraw.Draw(image)
    for box in boxes_of(row):
        x0, y0, x1, y1 = box.corners
        color = _COLORS[box.label]
        if box.label == "ball":
            draw.ellipse(box.corners, fill=color)
        elif box.label == "crate":
            draw.rectangle(box.corners, fill=color)
        else:
            draw.polygon([(x0, y0), (x1, (y0 + y1) / 2), (x0, y1)], fill=color)
    return image


def rows_of(filenames: Sequence[str]) -> list[int]:
    place = {name: row for row, name in enumerate(names())}
    return [place[name] for name in filenames]


def coco_export(folder: Path, filenames: Sequence[str]) -> Path:
    """What a tool writes as COCO annotations; images without objects are listed."""
    path = folder / "instances_default.json"
    rows = rows_of(filenames)
    annotations = [
        {
            "image_id": number,
            "category_id": CATEGORY_IDS[box.label],
            "bbox": box.coco,
            "area": box.coco[2] * box.coco[3],
            "segmentation": [],
            "iscrowd": 0,
        }
        for number, row in enumerate(rows, 1)
        for box in boxes_of(row)
    ]
    content = _coco_frame(rows) | {"annotations": [{"id": place, **each} for place, each in enumerate(annotations, 1)]}
    path.write_text(json.dumps(content))
    return path


def _coco_frame(rows: Sequence[int]) -> dict[str, object]:
    filenames = names()
    return {
        "info": {"description": "store room"},
        "images": [
            {"id": number, "file_name": filenames[row], "width": size_of(row)[0], "height": size_of(row)[1]}
            for number, row in enumerate(rows, 1)
        ],
        "categories": [{"id": id_, "name": name, "supercategory": ""} for name, id_ in CATEGORY_IDS.items()],
        "annotations": [],
    }


def yolo_export(folder: Path, filenames: Sequence[str]) -> Path:
    """What CVAT writes as "Ultralytics YOLO Detection": a zip with data.yaml, train.txt and a text file each."""
    path = folder / "task_8_yolo.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.yaml", _data_yaml())
        archive.writestr("train.txt", "".join(f"data/images/train/{name}\n" for name in filenames))
        for name, row in zip(filenames, rows_of(filenames), strict=True):
            lines = "".join(f"{box.yolo(size_of(row))}\n" for box in boxes_of(row))
            archive.writestr(f"labels/train/{Path(name).stem}.txt", lines)
    return path


def _data_yaml() -> str:
    return "names:\n" + "".join(f"  {number}: {name}\n" for number, name in enumerate(CLASSES)) + "path: .\n"


def cvat_export(folder: Path, filenames: Sequence[str]) -> Path:
    """What "CVAT for images 1.1" of a task with boxes holds: a zip with annotations.xml."""
    labels = "".join(f"<label><name>{name}</name><type>rectangle</type></label>" for name in CLASSES)
    images = "".join(
        f'<image id="{number}" name="{name}" width="{size_of(row)[0]}" height="{size_of(row)[1]}">'
        + "".join(map(_cvat_box, boxes_of(row)))
        + "</image>"
        for number, (name, row) in enumerate(zip(filenames, rows_of(filenames), strict=True))
    )
    path = folder / "task_9_annotations.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "annotations.xml",
            '<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>'
            f"<meta><task><id>9</id><labels>{labels}</labels></task></meta>{images}</annotations>",
        )
    return path


def _cvat_box(box: Box) -> str:
    x0, y0, x1, y1 = box.corners
    return f'<box label="{box.label}" source="manual" occluded="0" xtl="{x0}" ytl="{y0}" xbr="{x1}" ybr="{y1}"></box>'


def detected(row: int, n_trained: int) -> list[Box]:
    """What the detector finds on an image after so many images of training."""
    rng = np.random.default_rng([row, n_trained])
    quality = (n_trained + 10) / (n_trained + 60)
    width, height = size_of(row)
    boxes = []
    for box in boxes_of(row):
        label = box.label if rng.random() < 0.6 + 0.4 * quality else CLASSES[int(rng.integers(len(CLASSES)))]
        if rng.random() > 0.5 + 0.5 * quality:
            continue
        shift = rng.normal(0, _JITTER * (1 - quality), 4)
        x0, y0, x1, y1 = np.clip(np.array(box.corners) + shift, 0, [width, height] * 2).tolist()
        if x1 - x0 > 2 and y1 - y0 > 2:
            boxes.append(Box(label, (x0, y0, x1, y1), round(float(rng.uniform(0.3, 0.5) + quality / 2), 4)))
    if rng.random() > quality:
        x0, y0 = rng.uniform(0, 30, 2).tolist()
        label = CLASSES[int(rng.integers(len(CLASSES)))]
        boxes.append(Box(label, (x0, y0, x0 + 20, y0 + 20), round(float(rng.uniform(0.05, 0.5)), 4)))
    return boxes


def coco_results(folder: Path, n_trained: int) -> list[Path]:
    """Results as pycocotools reads them, and the file that says which images and classes their numbers mean."""
    rows = range(N_IMAGES)
    results = [
        {"image_id": row + 1, "category_id": CATEGORY_IDS[box.label], "bbox": box.coco, "score": box.score}
        for row in rows
        for box in detected(row, n_trained)
    ]
    path = folder / f"detections-{n_trained}.json"
    path.write_text(json.dumps(results))
    about = folder / "image_info.json"
    about.write_text(json.dumps(_coco_frame(rows)))
    return [path, about]


def yolo_results(folder: Path, n_trained: int) -> list[Path]:
    """What Ultralytics writes with `save_txt` and `save_conf`, zipped: no file for an image where nothing is found."""
    path = folder / f"predict-{n_trained}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.yaml", _data_yaml())
        for row, name in enumerate(names()):
            lines = "".join(f"{box.yolo(size_of(row))} {box.score}\n" for box in detected(row, n_trained))
            if lines:
                archive.writestr(f"labels/{Path(name).stem}.txt", lines)
    return [path]


def ultralytics_results(folder: Path, n_trained: int) -> list[Path]:
    """What Ultralytics' validation writes with `save_json`, and data.yaml: its classes count from 1, those from 0."""
    results = [
        {
            "image_id": Path(name).stem,
            "file_name": name,
            "category_id": CLASSES.index(box.label) + 1,
            "bbox": box.coco,
            "score": box.score,
        }
        for row, name in enumerate(names())
        for box in detected(row, n_trained)
    ]
    path = folder / f"predictions-{n_trained}.json"
    path.write_text(json.dumps(results))
    classes = folder / "data.yaml"
    classes.write_text(_data_yaml())
    return [path, classes]


def n_trained_on(training_labels: Path) -> int:
    """How many images a downloaded file of training labels has boxes of."""
    with training_labels.open(newline="") as file:
        return len({line["filename"] for line in csv.DictReader(file)})


def mean_average_precision(folder: Path, filenames: Sequence[str], n_trained: int) -> float:
    """The mAP of the detector on these images by pycocotools alone, from the files that it reads."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(coco_export(folder, filenames)))
        results = [
            {"image_id": number, "category_id": CATEGORY_IDS[box.label], "bbox": box.coco, "score": box.score}
            for number, row in enumerate(rows_of(filenames), 1)
            for box in detected(row, n_trained)
        ]
        evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0])
