"""Images by row number, never by path, so that no request can name a file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from al_core.api.server.image_response import image_response
from al_core.exceptions import NotFoundError, ServerError, WorkspaceError
from al_core.steps.sample_card import describe_sample, read_mask
from al_core.steps.sample_image import read_image
from al_core.steps.tiles import describe_tiles
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset
    from al_core.store.dataset import ImageSize

MOST_TILES = 512
"""Tiles of one answer; the browser asks for some dozens at a time."""
MOST_DIGITS = 12
"""Of a number in an address. Python itself refuses to read thousands of digits, by an error of another kind."""
PLACEHOLDER = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<rect width="64" height="64" rx="4" fill="#8a949c" fill-opacity=".18"/>
<path d="M18 42l10-12 8 8 5-5 7 9z M42 22a4 4 0 100 8 4 4 0 000-8z" fill="#8a949c" fill-opacity=".55"/></svg>"""


def media_app(find_dataset: "Callable[[str], Dataset]") -> Starlette:
    """Return the application that serves images and what is known about each sample.

    `find_dataset` returns the dataset with that `image_key`.

    `/DATASET/ROW` is a thumbnail, `/DATASET/ROW/full` the image as it is, or all there is of it, `/DATASET/ROW.json`
    filename, scores and what was predicted, `/DATASET/ROW/mask` a predicted mask in colors, `/DATASET/tiles?rows=0,1`
    what is drawn over many thumbnails. A missing or broken image is answered with a placeholder.
    """

    def dataset_of(request: Request) -> "Dataset":
        return find_dataset(request.path_params["dataset"])

    def thumbnail(request: Request) -> Response:
        return _image(dataset_of(request), request.path_params["row"], "thumbnail")

    def full(request: Request) -> Response:
        return _image(dataset_of(request), request.path_params["row"], "full")

    def card(request: Request) -> Response:
        description = describe_sample(dataset_of(request), request.path_params["row"])
        return JSONResponse(description.to_json())

    def tiles(request: Request) -> Response:
        rows = _rows(request.query_params.get("rows", ""))
        return JSONResponse(describe_tiles(dataset_of(request), rows).to_json())

    def mask(request: Request) -> Response:
        shaded = read_mask(dataset_of(request), request.path_params["row"])
        if shaded is None:
            return _no_mask()
        # Asked for again each time: another model that becomes current has other masks at the same address.
        return Response(shaded, media_type="image/png", headers={"Cache-Control": "no-cache"})

    routes = [
        Route("/{dataset}/tiles", tiles),
        Route("/{dataset}/{row:int}.json", card),
        Route("/{dataset}/{row:int}", thumbnail),
        Route("/{dataset}/{row:int}/full", full),
        Route("/{dataset}/{row:int}/mask", mask),
    ]
    return Starlette(routes=routes, exception_handlers=HANDLERS)


def _image(dataset: "Dataset", row: int, size: "ImageSize") -> Response:
    image = read_image(dataset, row, size)
    # A client may have sent thumbnails alone.
    if image is None and size == "full":
        image = read_image(dataset, row, "thumbnail")
    return image_response(image) if image else _placeholder()


def _rows(text: str) -> Rows:
    numbers = text.split(",")[:MOST_TILES]
    if not all(number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS for number in numbers):
        raise NotFoundError("rows are numbers with commas between them, such as ?rows=0,1,2")
    return np.array(numbers, np.int64)


def _placeholder() -> Response:
    # Not 404, which browsers draw as a broken image; not stored, because the image may come later.
    return Response(PLACEHOLDER, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def _no_mask() -> Response:
    return JSONResponse({"code": "NOT_FOUND", "message": "no mask was predicted for this sample"}, status_code=404)


def _unreachable(_request: Request, error: Exception) -> Response:
    return JSONResponse({"code": "BAD_GATEWAY", "message": str(error)}, status_code=502)


def _not_found(_request: Request, error: Exception) -> Response:
    return JSONResponse({"code": "NOT_FOUND", "message": str(error)}, status_code=404)


def _damaged(_request: Request, error: WorkspaceError) -> Response:
    return JSONResponse({"code": "SERVICE_UNAVAILABLE", "message": error.public}, status_code=503)


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Response]] = {
    NotFoundError: _not_found,
    ServerError: _unreachable,
    WorkspaceError: _damaged,
}
