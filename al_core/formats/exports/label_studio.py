from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import orjson

from al_core.formats.exports.archive import cut, zip_files
from al_core.formats.exports.label_studio_config import labeling_config, readme
from al_core.formats.exports.mask_forms import brush_run_lengths
from al_core.formats.exports.needs import Need
from al_core.formats.exports.rows import ExportRows
from al_core.formats.predictions.annotations import Annotations, KeypointObject
from al_core.formats.predictions.object_masks import ObjectMask
from al_core.formats.predictions.stored_tables import StoredBox

MAX_TASKS = 100_000
"""What Label Studio recommends for a project; one import takes up to 250,000."""

MAX_BYTES = 200_000_000
"""What one import takes."""

LOCAL_FILES = "/data/local-files/?d="
"""By which address Label Studio serves files below its document root."""

POINT_PERCENT = 0.75
"""How wide a keypoint is drawn, in percent of the image."""

Size = tuple[int, int]


def write_label_studio(rows: ExportRows, *, max_tasks: int = MAX_TASKS, max_bytes: int = MAX_BYTES) -> bytes:
    """Return a zip of task files to import one by one, in rank order, with predictions as pre-annotations.

    `labeling-config.xml` is the interface that the pre-annotations fit, `README.md` says what to set in Label Studio.

    Raises:
        MissingInputError: If there are no classes, or keypoints in pixels and no images.
    """
    config = labeling_config(rows)
    folder = _served_folder(rows)
    prefix = rows.choices.image_prefix if folder is None else f"{LOCAL_FILES}{quote(folder)}/"
    addresses = rows.image_addresses(prefix)
    tasks = map(orjson.dumps, _tasks(rows, addresses))
    files = {}
    # Each task counts with the comma or bracket behind it; the bracket before the first is one byte more.
    for number, part in enumerate(cut(tasks, max_lines=max_tasks, max_bytes=max_bytes - 1), start=1):
        files[f"tasks-{number:03d}.json"] = b"[" + b",".join(part) + b"]"
    instructions = readme(rows, folder, next(iter(addresses), prefix), list(files))
    texts = {"README.md": instructions.encode(), "labeling-config.xml": config.encode()}
    return zip_files([*texts.items(), *files.items()])


def _served_folder(rows: ExportRows) -> str | None:
    """Return the folder below the document root that Label Studio serves images from, or None for other addresses."""
    prefix = rows.choices.image_prefix
    if rows.sign or "://" in prefix or prefix.startswith("/"):
        return None
    # The document root itself cannot be a storage, and nothing outside a storage is served: the root is the parent.
    return prefix.strip("/") or (rows.images_dir and rows.images_dir.name) or "images"


def _tasks(rows: ExportRows, addresses: Sequence[str]) -> Iterator[dict[str, Any]]:
    rows.require(Need.SIZES)
    annotations = rows.proposals() if rows.annotations else None
    has_pixels = annotations is not None and annotations.has_keypoints_in_pixels
    # Everything else is in percent, and the size only spares Label Studio asking the browser for it.
    sizes = rows.sizes if has_pixels else rows.known_sizes()
    samples = zip(addresses, *rows.columns(), strict=True)
    for position, (address, rank, name, score) in enumerate(samples):
        prediction = _prediction(annotations, position, sizes[position] if sizes else None)
        task = {"image": address, "filename": name, "rank": rank, "score": score}
        yield {"data": task, "predictions": [prediction] if prediction else []}


def _prediction(annotations: Annotations | None, position: int, size: Size | None) -> dict[str, Any] | None:
    if annotations is None:
        return None
    classes = annotations.classes_of(position)
    if classes:
        names, probabilities = zip(*classes, strict=True)
        result = [{"from_name": "label", "to_name": "image", "type": "choices", "value": {"choices": list(names)}}]
        return {"model_version": annotations.model, "score": max(probabilities), "result": result}
    regions = _regions(annotations, position, size)
    if not regions:
        return None
    # A mask has a size of its own already.
    original_size = {"original_width": size[0], "original_height": size[1]} if size else {}
    return {
        "model_version": annotations.model,
        "score": sum(region["score"] for region in regions) / len(regions),
        "result": [original_size | region for region in regions],
    }


def _regions(annotations: Annotations, position: int, size: Size | None) -> list[dict[str, Any]]:
    boxes = annotations.boxes_of(position)
    regions = [_rectangle(number, box, annotations.class_names) for number, box in enumerate(boxes)]
    regions += [_brush(number, mask, annotations) for number, mask in enumerate(annotations.objects_of(position, size))]
    size_of_points = size if annotations.has_keypoints_in_pixels else None
    # Label Studio knows no object of several points: their ids and notes say which belong together.
    for number, keypoints in enumerate(annotations.keypoints_of(position), 1):
        regions += _points(number, keypoints, annotations, size_of_points)
    return regions


def _rectangle(number: int, relative_box: StoredBox, class_names: Sequence[str]) -> dict[str, Any]:
    box = relative_box.scaled(100, 100)
    return {
        "id": f"box-{number}",
        "from_name": "label",
        "to_name": "image",
        "type": "rectanglelabels",
        "value": {
            "x": box.x0,
            "y": box.y0,
            "width": box.width,
            "height": box.height,
            "rotation": 0,
            "rectanglelabels": [class_names[box.label]],
        },
        "score": box.score,
        "image_rotation": 0,
    }


def _brush(number: int, mask: ObjectMask, annotations: Annotations) -> dict[str, Any]:
    run_lengths = brush_run_lengths(mask.pixels())
    return {
        "id": f"mask-{number}",
        "from_name": "label",
        "to_name": "image",
        "type": "brushlabels",
        "value": {"format": "rle", "rle": run_lengths, "brushlabels": [annotations.class_names[mask.label]]},
        "original_width": mask.width,
        "original_height": mask.height,
        "score": mask.score,
        "image_rotation": 0,
    }


def _points(
    number: int, keypoints: KeypointObject, annotations: Annotations, size: Size | None
) -> list[dict[str, Any]]:
    width, height = size or (1, 1)
    label = annotations.class_names[keypoints.label]
    return [
        {
            "id": f"object-{number}-keypoint-{point}",
            "from_name": "label",
            "to_name": "image",
            "type": "keypointlabels",
            "value": {
                "x": 100 * x / width,
                "y": 100 * y / height,
                "width": POINT_PERCENT,
                "keypointlabels": [label],
            },
            "score": confidence,
            "image_rotation": 0,
            "meta": {"text": [f"object {number}, keypoint {point}"]},
        }
        for point, (x, y, confidence) in keypoints.visible_points
    ]
