import base64
from collections.abc import Iterator
from itertools import chain
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from al_core.formats.exports.archive import cut, zip_files
from al_core.formats.exports.mask_forms import mask_png
from al_core.formats.exports.needs import Need
from al_core.formats.exports.rows import ExportRows
from al_core.formats.predictions.annotations import Annotations

MAX_DATA_ROWS = 150_000
"""What one call of `Dataset.create_data_rows` takes."""

MAX_BYTES = 200_000_000


def write_labelbox(rows: ExportRows, *, max_rows: int = MAX_DATA_ROWS) -> bytes:
    """Return a zip of data rows and, where there are predictions, of pre-annotations (NDJSON), in rank order.

    `row_data` is the address of the image; without a prefix it is the filename, which Labelbox's client uploads when
    it runs in the images folder. `global_key` is the filename. A class is the answer to the radio question "class",
    several are those to the checklist "class"; boxes, masks and keypoints, in pixels, bear the name of their class.

    Raises:
        MissingInputError: If there is no images folder, or it lacks an image that has boxes or keypoints.
    """
    rows.require(Need.IMAGES)
    files = [*_parts("data-rows", _data_rows(rows), max_rows)]
    if rows.annotations is not None:
        files += _parts("pre-annotations", _pre_annotations(rows), max_rows)
    return zip_files(files)


def _parts(name: str, lines: Iterator[dict[str, Any]], max_rows: int) -> Iterator[tuple[str, bytes]]:
    encoded = map(orjson.dumps, lines)
    parts = cut(encoded, max_lines=max_rows, max_bytes=MAX_BYTES)
    for number, part in enumerate(parts, start=1):
        yield f"{name}-{number:03d}.ndjson", b"\n".join(part) + b"\n"


def _data_rows(rows: ExportRows) -> Iterator[dict[str, Any]]:
    prefix = rows.choices.image_prefix
    addresses = rows.image_addresses(prefix) if prefix or rows.sign else rows.filenames
    for name, address in zip(rows.filenames, addresses, strict=True):
        yield {"row_data": address, "global_key": name, "external_id": name, "media_type": "IMAGE"}


def _pre_annotations(rows: ExportRows) -> Iterator[dict[str, Any]]:
    annotations = rows.proposals()
    for position, name in enumerate(rows.filenames):
        objects = chain(_answers(annotations, position), _shapes(rows, annotations, position))
        # Keypoints of an object are points of their own: Labelbox's pre-annotations have no groups.
        for number, entry in enumerate(objects):
            yield _about(annotations.model, name, number) | entry


def _answers(annotations: Annotations, position: int) -> Iterator[dict[str, Any]]:
    answers = [{"name": label, "confidence": confidence} for label, confidence in annotations.classes_of(position)]
    if answers:
        # A radio question has one answer, a checklist has a list of them.
        yield {"name": "class", "answer": answers[0] if annotations.are_exclusive else answers}


def _shapes(rows: ExportRows, annotations: Annotations, position: int) -> Iterator[dict[str, Any]]:
    """Yield the boxes, masks or keypoints of a sample in pixels; images are opened only for samples that have some."""
    for relative_box in annotations.boxes_of(position):
        box = relative_box.scaled(*rows.sizes[position])
        extent = {"top": box.y0, "left": box.x0, "height": box.height, "width": box.width}
        yield {"name": annotations.class_names[box.label], "confidence": box.score, "bbox": extent}
    if annotations.objects is not None:
        for mask in annotations.objects_of(position, rows.sizes[position]):
            png = base64.b64encode(mask_png(mask.pixels())).decode("ascii")
            yield {"name": annotations.class_names[mask.label], "confidence": mask.score, "mask": {"png": png}}
    if annotations.keypoints is not None:
        for keypoints in annotations.keypoints_of(position, rows.sizes[position]):
            name = annotations.class_names[keypoints.label]
            for _, (x, y, confidence) in keypoints.visible_points:
                yield {"name": name, "confidence": confidence, "point": {"x": x, "y": y}}


def _about(model: str, name: str, number: int) -> dict[str, Any]:
    # The same file sent twice replaces its pre-annotations and does not double them.
    return {"uuid": str(uuid5(NAMESPACE_URL, f"{model}/{name}/{number}")), "dataRow": {"globalKey": name}}
