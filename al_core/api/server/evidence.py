"""Evidence before and after labels are paid for (al_core extension). Each is a job whose result is JSON."""

import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request

from al_core import workflow
from al_core.api.schemas.evidence import CompareCreate
from al_core.api.schemas.jobs import JobCreated
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import DatasetOfPath, find_array, find_optional_tag, services
from al_core.store import Kind, LocalDataset
from al_core.types import Progress
from al_core.wire.evidence import write_comparison, write_label_errors, write_replay

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["Selection"], route_class=JsonRoute)


@router.post("/compare", status_code=201)
def create_comparison(request: Request, dataset: DatasetOfPath, body: CompareCreate) -> JobCreated:
    """Start comparing up to four configurations: what each would pick, what they share, and their cards.

    The result of the job is JSON: `candidates`, each with `config`, `rows`, `onlyThis` and `card`, and `overlap`.
    """
    query_tag = find_optional_tag(dataset, body.query_tag_id, "TAG_QUERYTAG_NOT_IN_DATASET")
    labeled_tag = find_optional_tag(dataset, body.preselected_tag_id, "TAG_PRESELECTEDTAG_NOT_IN_DATASET")
    embedding_name = None
    if body.embedding_id:
        embedding_name = find_array(dataset, Kind.EMBEDDING, body.embedding_id, "EMBEDDING_UNKNOWN").name
    configs = [each.to_config() for each in body.configs]

    def compare(progress: Progress) -> dict[str, Any]:
        comparison = workflow.compare(
            dataset,
            configs,
            query_tag=query_tag,
            labeled_tag=labeled_tag,
            embedding_name=embedding_name,
            progress=progress,
        )
        return write_comparison(comparison)

    return start_work(request, dataset, "Comparing configurations", compare)


@router.post("/replay", status_code=201)
def create_replay(request: Request, dataset: DatasetOfPath) -> JobCreated:
    """Start replaying the labels of classes with each method; from 200 training and 50 test labels on.

    The result of the job is JSON: `nLabels`, `accuracies` of each method and `verdicts`, or `refusal`.
    """
    return start_work(
        request,
        dataset,
        "Replaying the labels",
        lambda progress: write_replay(workflow.replay(dataset, progress=progress)),
    )


@router.post("/label-errors", status_code=201)
def create_label_errors(request: Request, dataset: DatasetOfPath) -> JobCreated:
    """Start looking for labels that are probably wrong.

    The result of the job is JSON: `errors`, the worst first, `nJudged` and `nUnjudged`.
    """
    return start_work(
        request,
        dataset,
        "Looking for label errors",
        lambda progress: write_label_errors(workflow.label_errors(dataset, progress=progress)),
    )


def start_work(request: Request, dataset: LocalDataset, title: str, work: Callable[[Progress], Any]) -> JobCreated:
    """Start a job whose result is JSON as text."""

    def as_json(progress: Progress) -> str:
        return json.dumps(work(progress))

    # Without a key: each request is a job of its own, also one that asks for the same again.
    job = services(request).jobs.start(None, title, as_json, dataset.id)
    return JobCreated(job_id=job.id)
