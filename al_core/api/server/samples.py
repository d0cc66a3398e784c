from typing import Any, Literal

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from al_core.api.schemas.samples import SampleCreate, SampleData, SampleUpdate, SampleWriteUrls
from al_core.api.schemas.wire import Created
from al_core.api.server.context import DatasetOfPath, json_bytes, signed_url
from al_core.api.server.errors import ApiError
from al_core.api.server.images import check_filename
from al_core.exceptions import MissingInputError
from al_core.store import LocalDataset
from al_core.store.identity import sample_id

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["Samples"])

ARROW = "application/vnd.apache.arrow.file"


@router.get("/mappings", response_model=list[str])
def read_mappings(dataset: DatasetOfPath, field: Literal["fileName", "_id"]) -> Response:
    """Return the filenames or ids of all samples; position k is bit k of every tag's mask."""
    if field == "fileName":
        return json_bytes(dataset.filenames())
    return json_bytes([sample_id(dataset.id, row) for row in range(dataset.n_samples)])


@router.get("/filenames", response_class=FileResponse)
def read_filenames(dataset: DatasetOfPath) -> FileResponse:
    """Return the filenames in row order as an Arrow file with the column filename (an addition of al_core).

    It may hold more names than the dataset has samples: those that are just being counted in.
    """
    if not dataset.n_samples:
        raise MissingInputError(f"dataset '{dataset.name}' has no samples yet; add them first")
    return FileResponse(dataset.filenames_path, media_type=ARROW)


@router.put("/filenames", status_code=204, response_class=Response)
def set_filenames(dataset: DatasetOfPath, body: list[str]) -> None:
    """Give an empty dataset its samples and their `initial-tag` (an addition of al_core)."""
    for filename in body:
        check_filename(filename)
    dataset.set_samples(body)


@router.get("/samples", response_model=list[SampleData])
def read_samples(
    dataset: DatasetOfPath,
    fileName: str | None = None,
    pageSize: int | None = None,
    pageOffset: int = 0,
) -> Response:
    """Return all samples in row order, also those that `tags/initial` or `tags/upsize` has not counted in yet."""
    filenames = dataset.filenames() + dataset.samples.filenames(dataset.n_samples)
    facts = dataset.samples.facts()
    rows = [row for row, name in enumerate(filenames) if fileName in (None, name)][pageOffset:][:pageSize]
    samples = (sample_data(dataset, row, filenames[row], facts.get(row, {})) for row in rows)
    return json_bytes([sample.model_dump(by_alias=True) for sample in samples])


@router.post("/samples", status_code=201)
def create_sample(dataset: DatasetOfPath, body: SampleCreate) -> Created:
    """Add a sample; it is counted in by `tags/initial` or `tags/upsize`. A known filename keeps its id."""
    check_filename(body.file_name)
    known = dataset.rows_of([body.file_name])[0]
    row = int(known) if known >= 0 else dataset.samples.add(body.file_name, facts_of(body))
    return Created(id=sample_id(dataset.id, row))


@router.get("/samples/{sample_id}")
def read_sample(dataset: DatasetOfPath, sample_id: str) -> SampleData:
    """Return one sample."""
    row = row_of(dataset, sample_id)
    facts = dataset.samples.facts(row).get(row, {})
    return sample_data(dataset, row, filename_of(dataset, row), facts)


@router.put("/samples/{sample_id}", status_code=204, response_class=Response)
def update_sample(dataset: DatasetOfPath, sample_id: str, body: SampleUpdate) -> None:
    """Store what is known about a sample, such as custom metadata; what is left out stays."""
    row = row_of(dataset, sample_id)
    facts = dataset.samples.facts(row).get(row, {})
    dataset.samples.set_facts(row, filename_of(dataset, row), facts | facts_of(body))


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
    full, thumb = (image_url(request, dataset, sample_id, "PUT", kind) for kind in ("full", "thumbnail"))
    return SampleWriteUrls(full=full, thumb=thumb)


@router.get("/samples/{sample_id}/readurl")
def create_read_url(
    request: Request, dataset: DatasetOfPath, sample_id: str, type: Literal["full", "thumbnail"] = "full"
) -> str:
    """Return where to read an image or its thumbnail."""
    return image_url(request, dataset, sample_id, "GET", type)


@router.get("/samples/{sample_id}/readurlRedirect", response_class=RedirectResponse, status_code=307)
def redirect_to_image(
    request: Request, dataset: DatasetOfPath, sample_id: str, type: Literal["full", "thumbnail"] = "full"
) -> str:
    """Lead to an image or its thumbnail."""
    return image_url(request, dataset, sample_id, "GET", type)


def image_url(
    request: Request, dataset: LocalDataset, sample_id: str, method: str, kind: str, seconds: int | None = None
) -> str:
    """Return a signed URL of an image."""
    row_of(dataset, sample_id)
    return signed_url(request, method, f"/datasets/{dataset.id}/samples/{sample_id}/{kind}", seconds)


def row_of(dataset: LocalDataset, sample_id: str) -> int:
    """Return the row of a sample's id."""
    prefix, number = sample_id[:16], sample_id[16:]
    is_id = prefix == dataset.id[:16] and len(number) == 8 and set(number) <= set("0123456789abcdef")
    if not is_id or int(number, 16) >= dataset.n_samples + dataset.n_pending:
        raise ApiError(404, "SAMPLE_UNKNOWN", f"dataset '{dataset.name}' has no sample '{sample_id}'", "NotFoundError")
    return int(number, 16)


def filename_of(dataset: LocalDataset, row: int) -> str:
    """Return the filename of a sample, pending or not."""
    if row < dataset.n_samples:
        return dataset.filenames(np.array([row]))[0]
    return dataset.samples.filenames(row)[0]


def sample_data(dataset: LocalDataset, row: int, filename: str, facts: dict[str, object]) -> SampleData:
    """Return a sample as the API shows it."""
    return SampleData.model_validate(
        {
            **facts,
            "id": sample_id(dataset.id, row),
            "datasetId": dataset.id,
            "fileName": filename,
            "index": row,
            "createdAt": dataset.created_at,
        }
    )


def facts_of(body: SampleCreate | SampleUpdate) -> dict[str, object]:
    """Return what a client says about a sample."""
    return body.model_dump(by_alias=True, exclude={"file_name"}, exclude_unset=True)


def number_at(facts: dict[str, Any], path: str, default: float = np.nan) -> float:
    """Return the number at a path such as `metaData.sizeInBytes`; the default where there is none."""
    value: Any = facts
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def size_in_bytes(dataset: LocalDataset) -> int:
    """Return how large all images are together, as the clients that sent them said."""
    return int(sum(number_at(facts, "metaData.sizeInBytes", 0) for facts in dataset.samples.facts().values()))
