"""Every array of a dataset as its bytes, for a dashboard on another machine (al_core extension)."""

import os
from collections.abc import Iterator
from typing import IO, Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from al_core.api.schemas.arrays import ArrayData
from al_core.api.server.array_checks import check_array
from al_core.api.server.bodies import FILE_BODY, BodyFile, JsonRoute
from al_core.api.server.context import DatasetOfPath, json_bytes
from al_core.api.server.errors import ApiError
from al_core.store import LocalDataset, StoredArray
from al_core.wire.array_bundle import read_bundle

router = APIRouter(prefix="/datasets/{dataset_id}/arrays", tags=["Arrays"], route_class=JsonRoute)

BLOCK_BYTES = 1 << 20


@router.get("", response_model=list[ArrayData])
def read_arrays(request: Request, dataset: DatasetOfPath) -> Response:
    """Return the records of all arrays, oldest first; equal digests mean equal arrays."""
    return json_bytes([_record(stored) for stored in dataset.arrays.every()], request)


@router.get("/{array_id}", response_class=StreamingResponse)
def read_array(dataset: DatasetOfPath, array_id: str) -> StreamingResponse:
    """Return an array as a `.npy` file."""
    path = dataset.arrays.path(find(dataset, array_id))
    try:
        # Opened here: who replaces the array now removes the file's name, not what is open.
        file = path.open("rb")
    except FileNotFoundError as error:
        raise unknown(dataset, array_id) from error
    headers = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
    return StreamingResponse(blocks(file), media_type="application/octet-stream", headers=headers)


@router.put("/{kind}", status_code=201, openapi_extra=FILE_BODY)
def save_arrays(dataset: DatasetOfPath, kind: str, body: BodyFile) -> list[ArrayData]:
    """Store arrays of one kind and return their records; all become visible at once.

    Older arrays of the same names are replaced. The body is a ZIP file of uncompressed `.npy` files, as
    `al_core.wire.array_bundle` writes it.
    """
    named, attributes = read_bundle(body)
    # All of them before the first is stored.
    for name, array in named.items():
        check_array(dataset, kind, name, array, attributes)
    return [array_data(stored) for stored in dataset.arrays.save(kind, named, attributes)]


@router.delete("/{array_id}", status_code=204, response_class=Response)
def delete_array(dataset: DatasetOfPath, array_id: str) -> None:
    """Remove an array."""
    stored = find(dataset, array_id)
    dataset.arrays.delete(stored.kind, stored.name)


def array_data(stored: StoredArray) -> ArrayData:
    """Return the record of an array as the API shows it."""
    return ArrayData.model_validate(_record(stored))


def _record(stored: StoredArray) -> dict[str, Any]:
    # Where this server has its content is nobody else's.
    return {name: value for name, value in vars(stored).items() if name != "parts"}


def find(dataset: LocalDataset, array_id: str) -> StoredArray:
    """Return the record of the array with that id."""
    for stored in dataset.arrays.every():
        if stored.id == array_id:
            return stored
    raise unknown(dataset, array_id)


def unknown(dataset: LocalDataset, array_id: str) -> ApiError:
    """Return the answer to a request for an array that is not there."""
    message = f"dataset '{dataset.name}' has no array '{array_id}': it may have been replaced a moment ago"
    return ApiError(404, "NOT_FOUND", message, "NotFoundError")


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file block by block and close it."""
    with file:
        while block := file.read(BLOCK_BYTES):
            yield block
