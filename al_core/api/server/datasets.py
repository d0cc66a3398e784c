from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from al_core.api.schemas.datasets import DatasetCreate, DatasetData, DatasetUpdate, UploadStatus
from al_core.api.schemas.wire import Created
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import DatasetOfPath, services
from al_core.api.server.errors import ApiError, coded
from al_core.steps.dropped_images import check_filename

router = APIRouter(tags=["Datasets"], route_class=JsonRoute)


@router.get("/datasets")
@router.get("/datasets/enriched", include_in_schema=False)
def read_datasets(request: Request, shared: bool = False) -> list[DatasetData]:
    """Return all datasets, newest first; none is shared, because there is one owner."""
    # Lightly's clients ask twice, for their own datasets and for shared ones, and add up the lists.
    if shared:
        return []
    datasets = services(request).workspace.datasets()
    return [DatasetData.of(dataset) for dataset in datasets]


# Lightly's clients of version 1.1 ask with a slash at the end.
@router.post("/datasets", status_code=201)
@router.post("/datasets/", status_code=201, include_in_schema=False)
def create_dataset(request: Request, body: DatasetCreate) -> Created:
    """Make a dataset, empty unless filenames come with it."""
    for filename in body.filenames or ():
        check_filename(filename)
    attributes: dict[str, Any] = {"type": body.type, "imgType": body.img_type}
    if body.upload:
        attributes["upload"] = body.upload.model_dump(by_alias=True)
    with coded(AlreadyExistsError="DATASET_NAME_EXISTS"):
        dataset = services(request).workspace.create_dataset(body.name, body.filenames, attributes=attributes)
    return Created(id=dataset.id)


@router.get("/datasets/{dataset_id}")
def read_dataset(dataset: DatasetOfPath) -> DatasetData:
    """Return one dataset."""
    return DatasetData.of(dataset)


@router.put("/datasets/{dataset_id}", status_code=204, response_class=Response)
def rename_dataset(dataset: DatasetOfPath, body: DatasetUpdate) -> None:
    """Give a dataset another name."""
    with coded(AlreadyExistsError="DATASET_NAME_EXISTS"):
        dataset.rename(body.name)


@router.delete("/datasets/{dataset_id}", status_code=204, response_class=Response)
def delete_dataset(request: Request, dataset: DatasetOfPath) -> None:
    """Remove a dataset with everything stored about it, its uploaded images included."""
    services(request).workspace.delete_dataset(dataset.id)


@router.get("/datasets/{dataset_id}/children")
def read_children(dataset: DatasetOfPath) -> list[DatasetData]:
    """Return the crops made from a dataset: none."""
    return []


@router.get("/datasets/{dataset_id}/datasource")
def read_datasource(dataset: DatasetOfPath) -> None:
    """Answer that no cloud bucket is configured: images are on the server's own disk."""
    # Lightly's clients take 404 for "upload the images here"; any success would have to name a kind of bucket.
    raise ApiError(404, "DATASOURCE_UNKNOWN", "this server reads images from its own disk, not from a bucket")


@router.put("/datasets/{dataset_id}/registerDatasetUpload", status_code=204, response_class=Response)
def register_upload(dataset: DatasetOfPath, body: UploadStatus) -> None:
    """Note how many samples a client is about to send."""
    dataset.set_attributes({"upload": body.model_dump(by_alias=True)})
