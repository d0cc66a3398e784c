import csv
import io
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from al_core import workflow
from al_core.api.schemas.embeddings import (
    Embedding2dCreate,
    Embedding2dData,
    EmbeddingData,
    RowCount,
    Trigger2d,
    WriteCsvUrl,
)
from al_core.api.schemas.wire import Created
from al_core.api.server.addresses import signed_url
from al_core.api.server.array_checks import ArrayName
from al_core.api.server.bodies import ARROW_BODY, BodyFile, JsonRoute
from al_core.api.server.context import DatasetOfPath, find_array, services
from al_core.api.server.errors import ApiError, coded
from al_core.exceptions import InvalidInputError
from al_core.steps.views import ViewOrigin, save_view, views_of
from al_core.store import Kind, LocalDataset, StoredArray
from al_core.store.identity import new_id
from al_core.wire.arrow_body import read_embeddings, read_images

router = APIRouter(prefix="/datasets/{dataset_id}/embeddings", tags=["Embeddings"], route_class=JsonRoute)

# Its time grows faster than the samples, and it cannot be stopped half-way: a minute, not an hour.
MOST_TSNE_SAMPLES = 10_000


def embedding_of_path(dataset: DatasetOfPath, embedding_id: str) -> StoredArray:
    """Return the embedding that the path names, complete or not."""
    # A partial one lacks samples that came after it. It goes by its id alone: a name is that of the complete one.
    partial = {stored.id: stored for stored in dataset.arrays.all(Kind.PARTIAL_EMBEDDING)}
    return partial.get(embedding_id) or find_array(dataset, Kind.EMBEDDING, embedding_id, "EMBEDDING_UNKNOWN")


EmbeddingOfPath = Annotated[StoredArray, Depends(embedding_of_path)]


@router.get("")
def read_all(request: Request, dataset: DatasetOfPath) -> list[EmbeddingData]:
    """Return all embeddings, in the order that the server's settings name."""
    stored = [*dataset.arrays.all(Kind.PARTIAL_EMBEDDING), *dataset.arrays.all(Kind.EMBEDDING)]
    embeddings = [EmbeddingData.of(embedding, dataset.n_samples) for embedding in stored]
    # Clients take one end of the list for the newest, and which one depends on their version, which they do not say.
    is_reversed = services(request).settings.embedding_order == "newest-first"
    return embeddings[::-1] if is_reversed else embeddings


@router.get("/writeCSVUrl")
def create_csv_url(request: Request, dataset: DatasetOfPath, name: ArrayName) -> WriteCsvUrl:
    """Return where to send an embedding as a CSV file, and the id that it will have."""
    # Before the client sends gigabytes to an address that would refuse them.
    if dataset.arrays.find(Kind.EMBEDDING, name):
        raise ApiError(409, "EMBEDDING_NAME_EXISTS", f"there is already an embedding '{name}'; choose another name")
    embedding_id = new_id()
    path = f"/datasets/{dataset.id}/embeddings/{embedding_id}/csv"
    return WriteCsvUrl(signed_write_url=signed_url(request, "PUT", path, name=name), embedding_id=embedding_id)


@router.get("/{embedding_id}/readCSVUrl")
def read_csv_url(request: Request, dataset: DatasetOfPath, embedding: EmbeddingOfPath) -> str:
    """Return where to read an embedding as a CSV file."""
    return signed_url(request, "GET", f"/datasets/{dataset.id}/embeddings/{embedding.id}/csv")


@router.put("", status_code=201, openapi_extra=ARROW_BODY)
def upload(dataset: DatasetOfPath, name: ArrayName, body: BodyFile) -> Created:
    """Store an embedding from an Arrow file with the columns filename and embedding (al_core extension).

    An empty dataset takes the filenames as its samples.
    """
    filenames, matrix = read_embeddings(body)
    with coded(AlreadyExistsError="EMBEDDING_NAME_EXISTS"):
        stored = workflow.add_embeddings(dataset, filenames, matrix, name=name)
    return Created(id=stored.id)


@router.put("/images", status_code=201, openapi_extra=ARROW_BODY)
def upload_images(dataset: DatasetOfPath, name: ArrayName, body: BodyFile) -> Created:
    """Store an embedding with the metadata and digests of its images, from an Arrow file (al_core extension).

    Beside filename and embedding it has a column `digest` of the files and columns of numbers, which become metadata;
    the key `al_core` of its schema describes the model as JSON.
    """
    images, model = read_images(body)
    with coded(AlreadyExistsError="EMBEDDING_NAME_EXISTS"):
        stored = workflow.store_embedded(dataset, images, name, model)
    return Created(id=stored.id)


@router.delete("/{embedding_id}", status_code=204, response_class=Response)
def delete(dataset: DatasetOfPath, embedding: EmbeddingOfPath) -> None:
    """Remove an embedding; selections made from it stay and say that it is gone."""
    dataset.arrays.delete(embedding.kind, embedding.name)


@router.put("/{embedding_id}/isProcessed", status_code=204, response_class=Response)
def check_row_count(embedding: EmbeddingOfPath, body: RowCount) -> None:
    """Compare a client's count of rows with the server's."""
    if body.row_count != embedding.shape[0]:
        message = f"embedding '{embedding.name}' has {embedding.shape[0]} rows, not {body.row_count}"
        raise ApiError(400, "EMBEDDING_ROW_COUNT_INVALID", message)


@router.post("/{embedding_id}/trigger2dEmbeddingsJob", status_code=202, response_class=Response)
def start_2d(request: Request, dataset: DatasetOfPath, embedding: EmbeddingOfPath, body: Trigger2d) -> None:
    """Start calculating a 2-D view. For t-SNE there may be too many samples: then UMAP has to take its place."""
    method = body.dimensionality_reduction_method
    # Success all the same: Lightly's clients ask for all three methods after an upload, and stop at a refusal.
    if method == "TSNE" and embedding.shape[0] > MOST_TSNE_SAMPLES:
        return
    # The key keeps a second request from starting the same work again.
    services(request).jobs.start(
        f"{method}:{embedding.id}",
        f"{method} of {embedding.name}",
        lambda progress: workflow.project(dataset, embedding.name, method, progress=progress) is None,
        dataset.id,
    )


@router.post("/{embedding_id}/2d", status_code=201)
def create_2d(dataset: DatasetOfPath, embedding: EmbeddingOfPath, body: Embedding2dCreate) -> Created:
    """Store a 2-D view that a client calculated."""
    if not len(body.coordinates_dimension1) == len(body.coordinates_dimension2) == embedding.shape[0]:
        raise InvalidInputError(
            f"there are {len(body.coordinates_dimension1)} and {len(body.coordinates_dimension2)} coordinates; give "
            f"one of each for the {embedding.shape[0]} rows of embedding '{embedding.name}'"
        )
    points = np.column_stack([body.coordinates_dimension1, body.coordinates_dimension2]).astype(np.float32)
    origin = ViewOrigin(embedding.digest, body.dimensionality_reduction_method, title=body.name)
    return Created(id=save_view(dataset, embedding, points, origin).id)


@router.get("/{embedding_id}/2d")
def read_all_2d(dataset: DatasetOfPath, embedding: EmbeddingOfPath) -> list[Embedding2dData]:
    """Return the 2-D views that have been calculated, without their points."""
    return list(views(dataset, embedding, with_points=False))


@router.get("/{embedding_id}/2d/{view_id}")
def read_2d(dataset: DatasetOfPath, embedding: EmbeddingOfPath, view_id: str) -> Embedding2dData:
    """Return a 2-D view with its points in row order."""
    for view in views(dataset, embedding, with_points=True):
        if view.id == view_id:
            return view
    raise ApiError(404, "EMBEDDING_2D_UNKNOWN", f"embedding '{embedding.name}' has no 2-D view '{view_id}'")


def views(dataset: LocalDataset, embedding: StoredArray, *, with_points: bool) -> Iterator[Embedding2dData]:
    """Yield the 2-D views of an embedding."""
    for stored, origin in views_of(dataset, embedding):
        points = dataset.arrays.read(stored) if with_points else None
        yield Embedding2dData(
            id=stored.id,
            dataset_id=dataset.id,
            embedding_id=embedding.id,
            name=origin.title or origin.method.lower(),
            created_at=stored.created_at,
            dimensionality_reduction_method=origin.method,
            coordinates_dimension1=points[:, 0].tolist() if points is not None else None,
            coordinates_dimension2=points[:, 1].tolist() if points is not None else None,
        )


def csv_lines(dataset: LocalDataset, embedding: StoredArray, n_rows: int = 1000) -> Iterator[str]:
    """Yield an embedding in Lightly's CSV layout, `n_rows` rows at a time."""
    matrix = dataset.arrays.read(embedding)
    # After a dataset has grown, its embedding still lacks the new samples, which come last.
    filenames = dataset.filenames(np.arange(len(matrix)))
    columns = [f"embedding_{column}" for column in range(matrix.shape[1])]
    yield ",".join(["filenames", *columns, "labels"]) + "\r\n"
    for start in range(0, len(matrix), n_rows):
        block = slice(start, start + n_rows)
        text = io.StringIO()
        writer = csv.writer(text)
        for filename, row in zip(filenames[block], matrix[block].tolist(), strict=True):
            # The layout ends in a label, which al_core does not store: always 0.
            writer.writerow([filename, *row, 0])
        yield text.getvalue()
