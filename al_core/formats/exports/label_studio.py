from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import orjson

from al_core.formats.exports.archive import cut, zip_files
from al_core.formats.exports.rows import ExportRows, Need
from al_core.formats.predictions.annotations import Annotations, KeypointObject, StoredBox

MAX_TASKS = 100_000
"""What Label Studio recommends for a project; one import takes up to 250,000."""

MAX_BYTES = 200_000_000
"""What one import takes."""

POINT_PERCENT = 0.75
"""How wide a keypoint is drawn, in percent of the image."""

Size = tuple[int, int]


def write_label_studio(rows: ExportRows, *, max_tasks: int = MAX_TASKS, max_bytes: int = MAX_BYTES) -> bytes:
    """Return a zip of task files to import one by one, in rank order, with predictions as pre-annotations.

    Images are addressed as local files of Label Studio, whose document root is the images folder.
    `labeling-config.xml` is the interface that the pre-annotations fit.
    """
    parts = cut(map(orjson.dumps, _tasks(rows)), max_lines=max_tasks, max_bytes=max_bytes - 1)
    files = [(f"tasks-{number:03d}.json", b"[" + b",".join(part) + b"]") for number, part in enumerate(parts, start=1)]
    return zip_files([("labeling-config.xml", _labeling_config(rows.annotations).encode()), *files])


def _tasks(rows: ExportRows) -> Iterator[dict[str, Any]]:
    rows.require(Need.SIZES)
    has_pixels = rows.annotations is not None and rows.annotations.has_keypoints_in_pixels
    sizes = rows.sizes if has_pixels else rows.known_sizes()
    for position, (rank, name, score) in enumerate(zip(*rows.columns(), strict=True)):
        data = {"image": f"/data/local-files/?d={quote(name)}", "filename": name, "rank": rank, "score": score}
        prediction = _prediction(rows.annotations, position, sizes[position] if sizes else None)
        yield {"data": data, "predictions": [prediction] if prediction else []}


def _prediction(annotations: Annotations | None, position: int, size: Size | None) -> dict[str, Any] | None:
    if annotations is None:
        return None
    classification = annotations.class_of(position)
    if classification:
        label, probability = classification
        result = [{"from_name": "label", "to_name": "image", "type": "choices", "value": {"choices": [label]}}]
        return {"model_version": annotations.model, "score": probability, "result": result}
    regions = _regions(annotations, position, size)
    if not regions:
        return None
    original_size = {"original_width": size[0], "original_height": size[1]} if size else {}
    return {
        "model_version": annotations.model,
        "score": sum(region["score"] for region in regions) / len(regions),
        "result": [region | original_size for region in regions],
    }


def _regions(annotations: Annotations, position: int, size: Size | None) -> list[dict[str, Any]]:
    boxes = annotations.boxes_of(position)
    regions = [_rectangle(number, box, annotations.class_names) for number, box in enumerate(boxes)]
    size_of_points = size if annotations.has_keypoints_in_pixels else None
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


def _labeling_config(annotations: Annotations | None) -> str:
    names = annotations.class_names if annotations else []
    tag = "Choices"
    item = "Choice"
    if annotations and annotations.probabilities is None:
        tag = "KeyPointLabels" if annotations.boxes is None else "RectangleLabels"
        item = "Label"
    items = "".join(f"    <{item} value={quoteattr(name)}/>\n" for name in names)
    image = '  <Image name="image" value="$image"/>\n'
    return f'<View>\n{image}  <{tag} name="label" toName="image">\n{items}  </{tag}>\n</View>\n'
