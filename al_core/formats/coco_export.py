from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson

from al_core.formats.export import ExportRows, Need


def write_coco(rows: ExportRows) -> bytes:
    """Return images, categories and annotations with scores as COCO has them: boxes x, y, width, height in pixels.

    Image and annotation ids count from 1, category ids from 1 in the order of the classes.

    Raises:
        MissingInputError: If there are no boxes, or an image is not in the images folder.
    """
    annotations = rows.predicted(Need.BOXES)
    images = [
        {"id": position + 1, "file_name": name, "width": width, "height": height}
        for position, (name, (width, height)) in enumerate(zip(rows.filenames, rows.sizes, strict=True))
    ]
    categories = [{"id": number + 1, "name": name} for number, name in enumerate(annotations.class_names)]
    info = {"description": str(rows.metadata.get("tag", "")), "contributor": annotations.model}
    return orjson.dumps({"info": info, "images": images, "categories": categories, "annotations": list(_objects(rows))})


def _objects(rows: ExportRows) -> Iterator[dict[str, Any]]:
    boxes = rows.predicted(Need.BOXES).boxes
    assert boxes is not None
    sizes = np.array(rows.sizes, float).reshape(-1, 2)[boxes["row"]]
    corners = np.column_stack([boxes[corner] for corner in ("x0", "y0", "x1", "y1")]) * np.tile(sizes, 2)
    extents = np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]]).round(3)
    columns = (boxes["row"] + 1, boxes["label"] + 1, boxes["score"].astype(float), extents)
    for number, (image, category, score, box) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True), 1
    ):
        area = box[2] * box[3]
        yield {
            "id": number,
            "image_id": image,
            "category_id": category,
            "bbox": box,
            "segmentation": [],
            "area": area,
            "iscrowd": 0,
            "score": score,
        }
