"""Selections against RANDOM, and samples like others (al_core extensions)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from al_core import workflow
from al_core.api.server.bodies import FILE_BODY, BodyFile, JsonRoute
from al_core.api.server.context import DatasetOfPath, find_tag
from al_core.api.server.errors import coded
from al_core.exceptions import NotFoundError
from al_core.steps.selections import Selection, selection_of
from al_core.steps.similar import SimilarImages
from al_core.store import LocalDataset
from al_core.wire.card import write_card
from al_core.wire.reasons import write_reasons

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["Selection"], route_class=JsonRoute)

MOST_SIMILAR = 10_000
"""How many images one request returns at most."""
MOST_QUERIES = 100
"""How many images one request compares with at most: their names are in its address."""


@router.get("/tags/{tag_id}/card")
def read_card(dataset: DatasetOfPath, tag_id: str) -> dict[str, Any]:
    """Return what a selection covers beside 20 RANDOM draws of the same size; computed once, at the first request."""
    return write_card(workflow.selection_card(dataset, selection_of_path(dataset, tag_id)))


@router.get("/tags/{tag_id}/reasons")
def read_reasons(dataset: DatasetOfPath, tag_id: str) -> list[dict[str, Any]]:
    """Return why each sample was picked: rank, score, added coverage, and the nearest one chosen before it."""
    return write_reasons(workflow.explain_selection(dataset, selection_of_path(dataset, tag_id)))


@router.get("/similar")
def read_similar(
    dataset: DatasetOfPath,
    filename: Annotated[list[str], Query(min_length=1, max_length=MOST_QUERIES)],
    n: Annotated[int, Query(ge=1, le=MOST_SIMILAR)] = 100,
    embedding: str | None = None,
) -> dict[str, Any]:
    """Return the samples most like the mean of some, nearest first, without those (al_core extension)."""
    rows = dataset.rows_of(filename)
    for name, row in zip(filename, rows.tolist(), strict=True):
        if row < 0:
            raise NotFoundError(f"dataset '{dataset.name}' has no sample '{name}'")
    similar = workflow.find_similar(dataset, rows, n_samples=n, embedding_name=embedding)
    return _write_similar(dataset, similar)


@router.post("/similar", openapi_extra=FILE_BODY)
def read_similar_to_image(
    dataset: DatasetOfPath,
    body: BodyFile,
    n: Annotated[int, Query(ge=1, le=MOST_SIMILAR)] = 100,
    embedding: str | None = None,
) -> dict[str, Any]:
    """Return the samples most like the image in the body, nearest first (al_core extension).

    It is embedded by the bundled model, which must have made the dataset's embedding, and not stored.
    """
    similar = workflow.find_similar(dataset, image=body, n_samples=n, embedding_name=embedding)
    return _write_similar(dataset, similar)


def _write_similar(dataset: LocalDataset, similar: SimilarImages) -> dict[str, Any]:
    return {"filenames": dataset.filenames(similar.rows), "distances": similar.distances.tolist()}


def selection_of_path(dataset: LocalDataset, tag_id: str) -> Selection:
    """Return the selection that made a tag."""
    tag = find_tag(dataset, tag_id)
    with coded(NotFoundError="TAG_IS_NO_SELECTION"):
        return selection_of(dataset, tag)
