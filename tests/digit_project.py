"""A project on real digits: its images, what three labeling tools write of their labels, and its model."""

import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression

from al_core.demos.samples import load_digits

N_IMAGES = 200
CLASSES = [f"digit {number}" for number in range(10)]


def write_photos(folder: Path) -> Path:
    """A folder of images, whose names do not reveal the digits."""
    folder.mkdir()
    images, _ = load_digits()
    for name, image in zip(names(), images, strict=False):
        pixels = np.rint(image * 255).astype(np.uint8)
        Image.fromarray(pixels).resize((64, 64), Image.Resampling.BICUBIC).save(folder / name)
    return folder


def names() -> list[str]:
    return [f"scan {row:03d}.png" for row in range(N_IMAGES)]


def class_of(name: str) -> str:
    digit = int(load_digits()[1][names().index(name)])
    return CLASSES[digit]


def label_studio_export(folder: Path, filenames: list[str]) -> Path:
    """What "Export → JSON" of a project with choices holds."""
    tasks = []
    for number, name in enumerate(filenames):
        choice = {
            "id": f"c{number}",
            "from_name": "label",
            "to_name": "image",
            "type": "choices",
            "origin": "manual",
            "value": {"choices": [class_of(name)]},
        }
        annotation = {
            "id": 100 + number,
            "completed_by": 1,
            "result": [choice],
            "was_cancelled": False,
            "ground_truth": False,
            "created_at": "2026-01-02T09:00:00.000000Z",
            "updated_at": "2026-01-02T09:00:00.000000Z",
            "lead_time": 1.5,
            "task": number,
            "project": 1,
        }
        tasks.append(
            {
                "id": number,
                "annotations": [annotation],
                "drafts": [],
                "predictions": [],
                "data": {"image": f"/data/local-files/?d=photos/{name.replace(' ', '%20')}"},
                "meta": {},
                "inner_id": number + 1,
                "total_annotations": 1,
                "cancelled_annotations": 0,
            }
        )
    path = folder / "project-1-at-2026-01-02-09-00-00000000.json"
    path.write_text(json.dumps(tasks))
    return path


def cvat_export(folder: Path, filenames: list[str]) -> Path:
    """What "CVAT for images 1.1" of a task with tags holds: a zip with annotations.xml."""
    labels = "".join(f"<label><name>{name}</name><type>tag</type></label>" for name in CLASSES)
    images = "".join(
        f'<image id="{number}" name="{name}" width="64" height="64">'
        f'<tag label="{class_of(name)}" source="manual"></tag></image>'
        for number, name in enumerate(filenames)
    )
    path = folder / "task_7_annotations.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "annotations.xml",
            '<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>'
            f"<meta><task><id>7</id><labels>{labels}</labels></task></meta>{images}</annotations>",
        )
    return path


def coco_export(folder: Path, filenames: list[str]) -> Path:
    """What Datumaro's `coco_labels` holds: annotations of a category alone."""
    path = folder / "labels_default.json"
    content = {
        "licenses": [{"name": "", "id": 0, "url": ""}],
        "info": {"contributor": "", "date_created": "", "description": "", "url": "", "version": "", "year": ""},
        "categories": [{"id": number, "name": name, "supercategory": ""} for number, name in enumerate(CLASSES, 1)],
        "images": [
            {"id": number, "width": 64, "height": 64, "file_name": name, "license": 0, "flickr_url": ""}
            for number, name in enumerate(filenames, 1)
        ],
        "annotations": [
            {"id": number, "image_id": number, "category_id": CLASSES.index(class_of(name)) + 1, "score": 1.0}
            for number, name in enumerate(filenames, 1)
        ],
    }
    path.write_text(json.dumps(content))
    return path


def trained(training_labels: Path, folder: Path) -> Path:
    """Predictions of a model trained on the downloaded labels alone, as a CSV file of probabilities."""
    with training_labels.open(newline="") as file:
        table = list(csv.DictReader(file))
    pixels = load_digits()[0].reshape(-1, 64)[:N_IMAGES]
    rows = [names().index(line["filename"]) for line in table]
    model = LogisticRegression(max_iter=1000).fit(pixels[rows], [line["label"] for line in table])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["filename", *model.classes_])
    for name, values in zip(names(), model.predict_proba(pixels).round(6).tolist(), strict=True):
        writer.writerow([name, *values])
    path = folder / f"model-{len(table)}.csv"
    path.write_text(text.getvalue())
    return path


EXPORTS = (label_studio_export, cvat_export, coco_export)
