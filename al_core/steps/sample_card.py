"""What is known of a sample, as its card shows it."""

import io
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import InvalidInputError
from al_core.formats.files.image_header import image_size
from al_core.formats.predictions.annotations import Annotations
from al_core.steps.predictions import read_annotations

if TYPE_CHECKING:
    from al_core.store import Dataset

MAX_SHAPES = 100
# Okabe and Ito's, and others as far from them as possible.
MASK_COLORS = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
    "#7d5fc7",
    "#9c6b46",
    "#8a9a1f",
)
CLEAR = {"background", "bg", "void", "unlabeled", "ignore"}


def describe_sample(dataset: "Dataset", row: int) -> dict[str, object]:
    """Return a sample's filename, its scores, and what the newest prediction says of it.

    That is `classes` with their probabilities, or of a mask with the share of the image that they cover, `boxes` or
    `keypoints`; coordinates are shares of the image's sides. `has_mask` says that there is one.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    dataset.check_row(row)
    scores = {score.name: dataset.arrays.read(score)[row] for score in dataset.arrays.all("score")}
    return {
        "row": row,
        "filename": dataset.filenames(np.array([row]))[0],
        "scores": {name: float(value) for name, value in scores.items() if not np.isnan(value)},
        **_describe_prediction(dataset, row),
    }


def _describe_prediction(dataset: "Dataset", row: int) -> dict[str, object]:
    annotations = read_annotations(dataset)
    if annotations is None:
        return {"classes": []}
    if annotations.probabilities is not None:
        probabilities = np.nan_to_num(annotations.probabilities[row])
        top = np.argsort(-probabilities, kind="stable")[:5]
        return {"classes": [(annotations.class_names[c], float(probabilities[c])) for c in top if probabilities[c] > 0]}
    if annotations.keypoints is not None:
        return {"classes": [], "keypoints": _keypoints(dataset, annotations, row)}
    if annotations.masks is not None:
        return _mask_facts(annotations, row)
    most_confident = sorted(annotations.boxes_of(row), key=lambda box: -box.score)[:MAX_SHAPES]
    shown = [
        {
            "x0": box.x0,
            "y0": box.y0,
            "x1": box.x1,
            "y1": box.y1,
            "label": annotations.class_names[box.label],
            "score": box.score,
        }
        for box in most_confident
    ]
    return {"classes": [], "boxes": shown}


def _keypoints(dataset: "Dataset", annotations: Annotations, row: int) -> list[dict[str, object]]:
    """Return the points that are there, x and y as shares of the image's sides; none if its size is not known."""
    size = _image_size(dataset, row) if annotations.has_keypoints_in_pixels else (1, 1)
    if size is None:
        return []
    return [
        {"x": x / size[0], "y": y / size[1], "label": annotations.class_names[found.label], "score": confidence}
        for found in annotations.keypoints_of(row)
        for _, (x, y, confidence) in found.visible_points
    ][:MAX_SHAPES]


def _image_size(dataset: "Dataset", row: int) -> tuple[int, int] | None:
    image = dataset.image(row, "full")
    try:
        return image_size(image.source) if image else None
    except InvalidInputError:
        return None


def _mask_facts(annotations: Annotations, row: int) -> dict[str, object]:
    grid = annotations.mask_of(row)
    if grid is None:
        return {"classes": []}
    codes, counts = np.unique(grid, return_counts=True)
    top = codes[np.argsort(-counts, kind="stable")]
    shares = dict(zip(codes.tolist(), (counts / grid.size).tolist(), strict=True))
    names = annotations.class_names
    return {
        "classes": [(names[code], shares[code]) for code in top.tolist()],
        "has_mask": True,
        "colors": {names[code]: color for code in top.tolist() if (color := _mask_color(code, names[code]))},
    }


def read_mask(dataset: "Dataset", row: int) -> bytes | None:
    """Return what a segmentation model saw as a PNG, 64 x 64, each class in its colour, the background clear; or None.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    from PIL import Image

    dataset.check_row(row)
    annotations = read_annotations(dataset)
    grid = annotations.mask_of(row) if annotations else None
    if annotations is None or grid is None:
        return None
    colors = [_mask_color(code, name) for code, name in enumerate(annotations.class_names)]
    palette = np.array([[*bytes.fromhex(color[1:]), 255] if color else [0] * 4 for color in colors], np.uint8)
    file = io.BytesIO()
    Image.fromarray(palette[grid]).save(file, "PNG")
    return file.getvalue()


def _mask_color(code: int, name: str) -> str | None:
    return None if name.lower() in CLEAR else MASK_COLORS[code % len(MASK_COLORS)]
