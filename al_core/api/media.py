"""Images by row number, never by path, so that no request can name a file."""

import hashlib
import io
import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from al_core.exceptions import FileFormatError, InvalidInputError, NotFoundError, ServerError
from al_core.formats.annotations import Annotations
from al_core.formats.image_path import image_size, resolve_image
from al_core.remote import RemoteDataset
from al_core.store.files import write_atomically
from al_core.stored_predictions import read_annotations

if TYPE_CHECKING:
    from al_core.store import Dataset, LocalDataset

THUMBNAIL_SIZE = 192
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
HEADERS = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
PLACEHOLDER = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<rect width="64" height="64" rx="4" fill="#8a949c" fill-opacity=".18"/>
<path d="M18 42l10-12 8 8 5-5 7 9z M42 22a4 4 0 100 8 4 4 0 000-8z" fill="#8a949c" fill-opacity=".55"/></svg>"""


def media_app(find_dataset: "Callable[[str], LocalDataset | RemoteDataset]") -> Starlette:
    """Return the application that serves images and what is known about each sample.

    `find_dataset` returns the dataset with that `image_key`.

    `/DATASET/ROW` is a thumbnail, `/DATASET/ROW/full` the image as it is, or all there is of it, `/DATASET/ROW.json`
    filename, scores and class probabilities. A missing or broken image is answered with a placeholder.
    """

    def thumbnail(request: Request) -> Response:
        return _image(find_dataset(request.path_params["dataset"]), request.path_params["row"], "thumbnail")

    def full(request: Request) -> Response:
        return _image(find_dataset(request.path_params["dataset"]), request.path_params["row"], "full")

    def card(request: Request) -> Response:
        dataset = find_dataset(request.path_params["dataset"])
        return JSONResponse(describe_sample(dataset, request.path_params["row"]))

    def mask(request: Request) -> Response:
        shaded = read_mask(find_dataset(request.path_params["dataset"]), request.path_params["row"])
        return Response(shaded, media_type="image/png", headers={"Cache-Control": "no-cache"}) if shaded else _no_mask()

    routes = [
        Route("/{dataset}/{row:int}.json", card),
        Route("/{dataset}/{row:int}", thumbnail),
        Route("/{dataset}/{row:int}/full", full),
        Route("/{dataset}/{row:int}/mask", mask),
    ]
    return Starlette(routes=routes, exception_handlers={NotFoundError: _not_found, ServerError: _unreachable})


def _image(dataset: "LocalDataset | RemoteDataset", row: int, kind: str) -> Response:
    if isinstance(dataset, RemoteDataset):
        found = dataset.image(row, kind) or dataset.image(row, "thumbnail")
        return Response(found[0], media_type=found[1], headers=HEADERS) if found else _placeholder()
    path = image_path(dataset, row) if kind == "full" else None
    if path:
        return FileResponse(path, media_type=mimetypes.guess_type(path.name)[0], headers=HEADERS)
    small = read_thumbnail(dataset, row)
    return Response(small, media_type="image/webp", headers=HEADERS) if small else _placeholder()


def describe_sample(dataset: "Dataset", row: int) -> dict[str, object]:
    """Return a sample's filename, its scores, and what the newest prediction says of it.

    That is `classes` with their probabilities, or of a mask with the share of the image that they cover, `boxes` or
    `keypoints`; coordinates are shares of the image's sides. `has_mask` says that there is one.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    _check_row(dataset, row)
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
    boxes, names = annotations.boxes_of(row), annotations.class_names
    surest = boxes[np.argsort(-boxes["score"], kind="stable")[:MAX_SHAPES]].tolist()
    shown = [
        {"x0": x0, "y0": y0, "x1": x1, "y1": y1, "label": names[label], "score": score}
        for _, x0, y0, x1, y1, _, label, score in surest
    ]
    return {"classes": [], "boxes": shown}


def _keypoints(dataset: "Dataset", annotations: Annotations, row: int) -> list[dict[str, object]]:
    """Return the points that are there, x and y as shares of the image's sides; none if its size is not known."""
    size = _size_of(image_path(dataset, row)) if annotations.has_keypoints_in_pixels else (1, 1)
    if size is None:
        return []
    return [
        {"x": x / size[0], "y": y / size[1], "label": annotations.class_names[found.label], "score": confidence}
        for found in annotations.keypoints_of(row)
        for _, (x, y, confidence) in found.found
    ][:MAX_SHAPES]


def _size_of(path: Path | None) -> tuple[int, int] | None:
    try:
        return image_size(path) if path else None
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

    _check_row(dataset, row)
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


def read_thumbnail(dataset: "LocalDataset", row: int) -> bytes | None:
    """Return a sample's thumbnail, WebP: the one a client sent, otherwise one made of its image and kept.

    None if there is no image, or it is broken or far too large.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    sent = dataset.thumbnails_dir / f"{row}.webp"
    if sent.is_file():
        return sent.read_bytes()
    path = image_path(dataset, row)
    if path is None:
        return None
    version = hashlib.blake2b(f"{path}{path.stat().st_mtime_ns}".encode(), digest_size=8).hexdigest()
    kept = dataset.thumbnails_dir / "made" / str(row // 1000) / f"{row}-{version}.webp"
    if kept.is_file():
        return kept.read_bytes()
    small = make_thumbnail(path)
    if small:
        write_atomically(kept, lambda file: file.write(small))
    return small


def image_path(dataset: "Dataset", row: int) -> Path | None:
    """Return the image file of a sample, or None if there is none inside the dataset's images folder."""
    _check_row(dataset, row)
    if dataset.images_dir is None:
        return None
    try:
        return resolve_image(dataset.images_dir, dataset.filenames(np.array([row]))[0])
    except InvalidInputError:
        return None


def _check_row(dataset: "Dataset", row: int) -> None:
    if row >= dataset.n_samples:
        raise NotFoundError(f"dataset '{dataset.name}' has rows 0 to {dataset.n_samples - 1}, not {row}")


def make_thumbnail(path: Path) -> bytes | None:
    """Return a small WebP of an image, or None if it is broken or far too large."""
    from al_core.embedding.images import read_upright

    try:
        small = read_upright(path, THUMBNAIL_SIZE)
    except FileFormatError:
        return None
    small.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=85)
    return buffer.getvalue()


def _placeholder() -> Response:
    return Response(PLACEHOLDER, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def _no_mask() -> Response:
    return JSONResponse({"code": "NOT_FOUND", "message": "no mask was predicted for this sample"}, status_code=404)


def _unreachable(_request: Request, error: Exception) -> Response:
    return JSONResponse({"code": "BAD_GATEWAY", "message": str(error)}, status_code=502)


def _not_found(_request: Request, error: Exception) -> Response:
    return JSONResponse({"code": "NOT_FOUND", "message": str(error)}, status_code=404)
