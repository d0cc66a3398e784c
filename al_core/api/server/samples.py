from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import FileResponse, RedirectResponse, Response

from al_core.api.schemas.samples import SampleCreate, SampleData, SampleUpdate, SampleWriteUrls
from al_core.api.schemas.wire import Created
from al_core.api.server.addresses import image_url
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import DatasetOfPath, json_bytes
from al_core.api.server.sample_attributes import attributes_of, sample_data
from al_core.api.server.sample_ids import filename_of, row_of
from al_core.exceptions import MissingInputError
from al_core.steps.dropped_images import check_filename
from al_core.steps.image_frames import image_frames
from al_core.store.identity import sample_id

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["Samples"], route_class=JsonRoute)

ARROW = "application/vnd.apache.arrow.file"
PageNumber = Annotated[int, Query(ge=0, lt=2**63)]


@router.get("/mappings", response_model=list[str])
def read_mappings(dataset: DatasetOfPath, field: Literal["fileName", "_id"]) -> Response:
    """Return the filenames or ids of all samples; position k is bit k of every tag's mask."""
    if field == "fileName":
        return json_bytes(dataset.filenames())
    return json_bytes([sample_id(dataset.id, row) for row in range(dataset.n_samples)])


@router.get("/filenames", response_class=FileResponse)
def read_filenames(dataset: DatasetOfPath) -> FileResponse:
    """Return the filenames in row order as an Arrow file with the column filename (al_core extension).

    It may hold more names than the dataset has samples: the last ones are then still being added.
    """
    if not dataset.n_samples:
        raise MissingInputError(f"dataset '{dataset.name}' has no samples yet; add them first")
    return FileResponse(dataset.filenames_path, media_type=ARROW)


@router.put("/filenames", status_code=204, response_class=Response)
def set_filenames(dataset: DatasetOfPath, body: list[str]) -> None:
    """Give an empty dataset its samples and their `initial-tag` (al_core extension)."""
    for filename in body:
        check_filename(filename)
    dataset.set_samples(body)


@router.post("/image-frames", response_model=list[list[int]])
def read_image_frames(
    dataset: DatasetOfPath, body: list[Annotated[int, Field(ge=0, lt=2**63, strict=True)]]
) -> Response:
    """Return width, height and EXIF orientation of the images of some rows, 0 for what is unknown (al_core extension).

    A client needs them to place boxes that a file has in pixels.
    """
    rows = np.array(body, np.int64)
    dataset.check_row(int(rows.max(initial=0)))
    return json_bytes(image_frames(dataset, rows).to_json())


@router.get("/samples", response_model=list[SampleData])
def read_samples(
    dataset: DatasetOfPath,
    fileName: str | None = None,
    pageSize: PageNumber | None = None,
    pageOffset: PageNumber = 0,
) -> Response:
    """Return all samples in row order, also those that `tags/initial` or `tags/upsize` has not added yet."""
    # Clients that go on with an upload look here for what has arrived, counted in or not.
    filenames = dataset.filenames() + dataset.samples.filenames(dataset.n_samples)
    attributes = dataset.samples.attributes()
    rows = [row for row, name in enumerate(filenames) if fileName in (None, name)]
    page = []
    # Two slices: the sum of offset and size may exceed what the index of a slice holds.
    for row in rows[pageOffset:][:pageSize]:
        sample = sample_data(dataset, row, filenames[row], attributes.get(row, {}))
        page.append(sample.model_dump(by_alias=True))
    return json_bytes(page)


@router.post("/samples", status_code=201)
def create_sample(dataset: DatasetOfPath, body: SampleCreate) -> Created:
    """Register a sample; `tags/initial` or `tags/upsize` adds it to the dataset. A repeated filename keeps its id."""
    check_filename(body.file_name)
    # -1 for a filename that the dataset does not have.
    row = int(dataset.rows_of([body.file_name])[0])
    if row < 0:
        row = dataset.samples.add(body.file_name, attributes_of(body))
    return Created(id=sample_id(dataset.id, row))


@router.get("/samples/{sample_id}")
def read_sample(dataset: DatasetOfPath, sample_id: str) -> SampleData:
    """Return one sample."""
    row = row_of(dataset, sample_id)
    attributes = dataset.samples.attributes(row).get(row, {})
    return sample_data(dataset, row, filename_of(dataset, row), attributes)


@router.put("/samples/{sample_id}", status_code=204, response_class=Response)
def update_sample(dataset: DatasetOfPath, sample_id: str, body: SampleUpdate) -> None:
    """Store what a client says about a sample, such as custom metadata; what is left out stays."""
    row = row_of(dataset, sample_id)
    dataset.samples.change_attributes(
        row, filename_of(dataset, row), lambda attributes: {**attributes, **attributes_of(body)}
    )


@router.get("/samples/{sample_id}/writeurl")
def create_write_url(
    request: Request,
    dataset: DatasetOfPath,
    sample_id: str,
    isThumbnail: bool = False,
) -> str:
    """Return where to send an image or its thumbnail."""
    return image_url(request, dataset, sample_id, "PUT", "thumbnail" if isThumbnail else "full")


@router.get("/samples/{sample_id}/writeurls")
def create_write_urls(request: Request, dataset: DatasetOfPath, sample_id: str) -> SampleWriteUrls:
    """Return where to send an image and its thumbnail."""
    return SampleWriteUrls(
        full=image_url(request, dataset, sample_id, "PUT", "full"),
        thumb=image_url(request, dataset, sample_id, "PUT", "thumbnail"),
    )


@router.get("/samples/{sample_id}/readurl")
def create_read_url(
    request: Request,
    dataset: DatasetOfPath,
    sample_id: str,
    type: Literal["full", "thumbnail"] = "full",  # noqa: A002 - its name in the address
) -> str:
    """Return where to read an image or its thumbnail."""
    return image_url(request, dataset, sample_id, "GET", type)


# 307: the address that it leads to is signed for a while, so that no browser may remember it as 301 lets them.
@router.get("/samples/{sample_id}/readurlRedirect", response_class=RedirectResponse, status_code=307)
def redirect_to_image(
    request: Request,
    dataset: DatasetOfPath,
    sample_id: str,
    type: Literal["full", "thumbnail"] = "full",  # noqa: A002 - its name in the address
) -> str:
    """Redirect to an image or its thumbnail."""
    return image_url(request, dataset, sample_id, "GET", type)
