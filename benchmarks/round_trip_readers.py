"""What other tools make of an exported file, as JSON: `python round_trip_readers.py TOOL FORMAT FOLDER`.

It runs in an environment of the tools (requirements-round-trips.txt) and imports nothing of al_core. FOLDER holds what
was exported, unpacked, and the images. A line for each image: its name and its objects, each with the class and, as far
as the format has them, a box in pixels (x0, y0, x1, y1), the number of pixels of a mask, the points, and a confidence.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Image = dict[str, Any]
Reader = Callable[[Path], Iterator[Image]]


def corners(x: float, y: float, width: float, height: float) -> list[float]:
    return [float(value) for value in (x, y, x + width, y + height)]


def pycocotools(folder: Path) -> Iterator[Image]:
    from pycocotools.coco import COCO

    coco = COCO(folder / "coco.json")
    # What evaluates detections reads them again as results.
    results = coco.loadRes(json.loads((folder / "coco.json").read_text())["annotations"])
    for image in coco.loadImgs(coco.getImgIds()):
        objects = []
        for entry in results.loadAnns(results.getAnnIds(imgIds=[image["id"]])):
            one = {"label": coco.cats[entry["category_id"]]["name"], "score": entry["score"]}
            if "keypoints" in entry:
                flags = entry["keypoints"]
                visible = range(0, len(flags), 3)
                one["points"] = [flags[start : start + 2] for start in visible if flags[start + 2]]
            elif entry["segmentation"] and isinstance(entry["segmentation"], dict):
                one["box"] = corners(*entry["bbox"])
                one["area"] = int(coco.annToMask(entry).sum())
            else:
                one["box"] = corners(*entry["bbox"])
            objects.append(one)
        yield {"name": image["file_name"], "objects": objects}


def supervision_of(dataset: Any, folder: Path) -> Iterator[Image]:
    for path, _, detections in dataset:
        objects = []
        for number in range(len(detections)):
            one = {"label": dataset.classes[detections.class_id[number]], "box": detections.xyxy[number].tolist()}
            if detections.mask is not None:
                one["area"] = int(detections.mask[number].sum())
            objects.append(one)
        yield {"name": str(Path(path).relative_to(folder / "images")), "objects": objects}


def supervision_coco(folder: Path) -> Iterator[Image]:
    import supervision as sv

    has_masks = '"counts"' in (folder / "coco.json").read_text()
    dataset = sv.DetectionDataset.from_coco(str(folder / "images"), str(folder / "coco.json"), force_masks=has_masks)
    yield from supervision_of(dataset, folder)


def supervision_yolo(folder: Path) -> Iterator[Image]:
    import supervision as sv

    dataset = sv.DetectionDataset.from_yolo(str(folder / "images"), str(folder / "labels"), str(folder / "data.yaml"))
    yield from supervision_of(dataset, folder)


def labelformat_of(source: Any) -> Iterator[Image]:
    for label in source.get_labels():
        objects = [
            {"label": entry.category.name, "box": [entry.box.xmin, entry.box.ymin, entry.box.xmax, entry.box.ymax]}
            for entry in label.objects
        ]
        yield {"name": label.image.filename, "objects": objects}


def labelformat_coco(folder: Path) -> Iterator[Image]:
    from labelformat.formats import COCOObjectDetectionInput

    yield from labelformat_of(COCOObjectDetectionInput(folder / "coco.json"))


def labelformat_cvat(folder: Path) -> Iterator[Image]:
    from labelformat.formats.cvat import CVATObjectDetectionInput

    yield from labelformat_of(CVATObjectDetectionInput(folder / "cvat.xml"))


def datumaro_of(folder: Path, format: str) -> Iterator[Image]:
    from datumaro.components.annotation import AnnotationType
    from datumaro.components.dataset import Dataset

    dataset = Dataset.import_from(str(folder), format)
    names = [label.name for label in dataset.categories()[AnnotationType.label]]
    for item in dataset:
        objects = []
        for entry in item.annotations:
            one: dict[str, Any] = {"label": names[entry.label]}
            if entry.type == AnnotationType.bbox:
                one["box"] = corners(entry.x, entry.y, entry.w, entry.h)
            elif entry.type == AnnotationType.mask:
                one["area"] = int(entry.image.astype(bool).sum())
            elif entry.type == AnnotationType.points:
                pairs = zip(entry.points[::2], entry.points[1::2], entry.visibility, strict=True)
                one["points"] = [[float(x), float(y)] for x, y, visibility in pairs if visibility.value]
            if "score" in entry.attributes:
                one["score"] = float(entry.attributes["score"])
            objects.append(one)
        # YOLO's items are called by their last part.
        path = Path(getattr(item.media, "path", None) or item.id)
        is_below = path.is_relative_to(folder / "images")
        yield {"name": str(path.relative_to(folder / "images")) if is_below else item.id, "objects": objects}


def datumaro_coco(folder: Path) -> Iterator[Image]:
    # It expects the annotations in a folder of their own, under a name that tells the task.
    has_points = '"num_keypoints"' in (folder / "coco.json").read_text()
    task = "person_keypoints" if has_points else "instances"
    (folder / "annotations").mkdir(exist_ok=True)
    (folder / "annotations" / f"{task}_default.json").write_bytes((folder / "coco.json").read_bytes())
    yield from datumaro_of(folder, "coco")


def datumaro_cvat(folder: Path) -> Iterator[Image]:
    yield from datumaro_of(folder, "cvat")


def datumaro_yolo(folder: Path) -> Iterator[Image]:
    yield from datumaro_of(folder, "yolo")


def ultralytics(folder: Path) -> Iterator[Image]:
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset

    project = check_det_dataset(str(folder / "data.yaml"), autodownload=False)
    dataset = YOLODataset(img_path=project["train"], data=project, task="detect", augment=False)
    for label in dataset.labels:
        height, width = label["shape"]
        objects = []
        for number, (x, y, w, h) in zip(label["cls"].ravel().tolist(), label["bboxes"].tolist(), strict=True):
            box = corners((x - w / 2) * width, (y - h / 2) * height, w * width, h * height)
            objects.append({"label": project["names"][int(number)], "box": box})
        yield {"name": str(Path(label["im_file"]).relative_to(folder / "images")), "objects": objects}


def label_studio(folder: Path) -> Iterator[Image]:
    """Convert the pre-annotations to COCO, as if a person had accepted them; points and classes to JSON."""
    import numpy as np
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.converter.brush import decode_rle

    config = (folder / "labeling-config.xml").read_text()
    tasks = json.loads((folder / "tasks-001.json").read_text())
    for number, task in enumerate(tasks, start=1):
        accepted = [{"id": number, "completed_by": 1, "result": entry["result"]} for entry in task.pop("predictions")]
        task |= {"id": number, "annotations": accepted or [{"id": number, "completed_by": 1, "result": []}]}
    accepted_file = folder / "accepted.json"
    accepted_file.write_text(json.dumps(tasks))
    converter = Converter(config, str(folder), download_resources=False)
    for task, record in zip(tasks, converter.iter_from_json_file(str(accepted_file)), strict=True):
        objects = []
        for region in [region for regions in record["output"].values() for region in regions]:
            width, height = region.get("original_width"), region.get("original_height")
            for label in region.get("choices") or region[region["type"].lower()]:
                one = {"label": label}
                if region.get("type") == "RectangleLabels":
                    sides = [region[name] for name in ("x", "y", "width", "height")]
                    one["box"] = corners(*np.multiply(sides, [width / 100, height / 100] * 2))
                elif region.get("type") == "KeyPointLabels":
                    one["points"] = [[region["x"] * width / 100, region["y"] * height / 100]]
                elif region.get("type") == "BrushLabels":
                    pixels = decode_rle(region["rle"]).reshape(height, width, 4)[:, :, 3]
                    one["area"] = int((pixels > 0).sum())
                objects.append(one)
        yield {"name": task["data"]["filename"], "objects": objects}


READERS: dict[str, Reader] = {
    "coco by pycocotools": pycocotools,
    "coco by supervision": supervision_coco,
    "coco by labelformat": labelformat_coco,
    "coco by datumaro": datumaro_coco,
    "cvat by datumaro": datumaro_cvat,
    "cvat by labelformat": labelformat_cvat,
    "yolo by ultralytics": ultralytics,
    "yolo by supervision": supervision_yolo,
    "yolo by datumaro": datumaro_yolo,
    "label-studio by label_studio_sdk": label_studio,
}

if __name__ == "__main__":
    reader, folder = sys.argv[1:]
    # Tools print what they do.
    answer = sys.stdout
    sys.stdout = sys.stderr
    print(json.dumps(list(READERS[reader](Path(folder)))), file=answer)
