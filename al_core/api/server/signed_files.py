"""Bytes of images and CSV files, behind URLs that the API signs. The signature takes the place of the token."""

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from al_core import workflow
from al_core.api.server.bodies import FILE_BODY, BodyFile
from al_core.api.server.context import DatasetOfPath
from al_core.api.server.embeddings import EmbeddingOfPath, csv_lines
from al_core.api.server.errors import ApiError
from al_core.api.server.images import read_image, read_thumbnail, store_image, store_thumbnail
from al_core.api.server.sample_ids import filename_of, row_of
from al_core.api.server.signer import PREFIX
from al_core.formats.files.digest import file_digest
from al_core.formats.worker import read_embeddings
from al_core.store import Kind, LocalDataset

# The guard `Identity` has checked the signature before the body is read.
router = APIRouter(prefix=PREFIX, tags=["Signed URLs"])


@router.put("/datasets/{dataset_id}/samples/{sample_id}/full", response_class=Response, openapi_extra=FILE_BODY)
def put_image(dataset: DatasetOfPath, sample_id: str, body: BodyFile) -> None:
    """Store an image."""
    store_image(dataset, filename_of(dataset, row_of(dataset, sample_id)), body)


@router.put("/datasets/{dataset_id}/samples/{sample_id}/thumbnail", response_class=Response, openapi_extra=FILE_BODY)
def put_thumbnail(dataset: DatasetOfPath, sample_id: str, body: BodyFile) -> None:
    """Store a thumbnail."""
    store_thumbnail(dataset, row_of(dataset, sample_id), body)


@router.get("/datasets/{dataset_id}/samples/{sample_id}/full", response_class=Response)
def get_image(dataset: DatasetOfPath, sample_id: str) -> Response:
    """Return an image."""
    return read_image(dataset, filename_of(dataset, row_of(dataset, sample_id)))


@router.get("/datasets/{dataset_id}/samples/{sample_id}/thumbnail", response_class=Response)
def get_thumbnail(dataset: DatasetOfPath, sample_id: str) -> Response:
    """Return a thumbnail."""
    row = row_of(dataset, sample_id)
    return read_thumbnail(dataset, row, filename_of(dataset, row))


@router.put("/datasets/{dataset_id}/embeddings/{embedding_id}/csv", response_class=Response, openapi_extra=FILE_BODY)
def put_csv(dataset: DatasetOfPath, embedding_id: str, name: str, body: BodyFile) -> None:
    """Store an embedding from a CSV file in Lightly's layout; the same file again changes nothing."""
    # Clients send again what was cut off, also when only the answer was lost.
    digest = file_digest(body)
    if is_replay(dataset, name, digest):
        return
    table = read_embeddings(body, format="csv")
    assert table.filenames is not None  # the layout has them
    workflow.add_embeddings(
        dataset, table.filenames, table.embeddings, name=name, embedding_id=embedding_id, attributes={"csv": digest}
    )


def is_replay(dataset: LocalDataset, name: str, digest: str) -> bool:
    """Return whether just this file was stored before; another file under the same name is refused."""
    stored = dataset.arrays.find(Kind.EMBEDDING, name)
    if stored and stored.attributes.get("csv") != digest:
        raise ApiError(403, "FORBIDDEN", "this URL has been used; an embedding is written once")
    return stored is not None


@router.get("/datasets/{dataset_id}/embeddings/{embedding_id}/csv", response_class=Response)
def get_csv(dataset: DatasetOfPath, embedding: EmbeddingOfPath) -> Response:
    """Return an embedding as a CSV file in Lightly's layout."""
    return StreamingResponse(csv_lines(dataset, embedding), media_type="text/csv")
