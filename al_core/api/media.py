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
from al_core.formats.image_path import resolve_image
from al_core.remote import RemoteDataset
from al_core.store.files import write_atomically
from al_core.stored_predictions import read_annotations

if TYPE_CHECKING:
    from al_core.store import Dataset, LocalDataset

THUMBNAIL_SIZE = 192
MAX_BOXES = 100
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

    routes = [
        Route("/{dataset}/{row:int}.json", card),
        Route("/{dataset}/{row:int}", thumbnail),
        Route("/{dataset}/{row:int}/full", full),
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
    """Return a sample's filename, its scores, and the newest prediction's most likely classes or boxes.

    Raises:
        NotFoundError: If the dataset has no such row.
    """
    _check_row(dataset, row)
    scores = {score.name: dataset.arrays.read(score)[row] for score in dataset.arrays.all("score")}
    return {
        "row": row,
        "filename": dataset.filenames(np.array([row]))[0],
        "scores": {name: float(value) for name, value in scores.items() if not np.isnan(value)},
        **_describe_prediction(read_annotations(dataset), row),
    }


def _describe_prediction(annotations: Annotations | None, row: int) -> dict[str, object]:
    if annotations is None:
        return {"classes": []}
    names = annotations.class_names
    if annotations.probabilities is None:
        boxes = annotations.boxes_of(row)
        likeliest = boxes[np.argsort(-boxes["score"], kind="stable")[:MAX_BOXES]].tolist()
        shown = [
            {"x0": x0, "y0": y0, "x1": x1, "y1": y1, "label": names[label], "score": score}
            for _, x0, y0, x1, y1, _, label, score in likeliest
        ]
        return {"classes": [], "boxes": shown}
    probabilities = np.nan_to_num(annotations.probabilities[row])
    top = np.argsort(-probabilities, kind="stable")[:5]
    return {"classes": [(names[c], float(probabilities[c])) for c in top if probabilities[c] > 0]}


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


def _unreachable(_request: Request, error: Exception) -> Response:
    return JSONResponse({"code": "BAD_GATEWAY", "message": str(error)}, status_code=502)


def _not_found(_request: Request, error: Exception) -> Response:
    return JSONResponse({"code": "NOT_FOUND", "message": str(error)}, status_code=404)
