import math

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from al_core import workflow
from al_core.api.schemas.selections import JobCreated, JobResult, JobStatusData, SamplingCreate, SelectionCreate
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import DatasetOfPath, Services, find_array, find_tag, json_bytes, services
from al_core.api.server.errors import ApiError, coded
from al_core.config import SelectionConfig
from al_core.exceptions import MissingInputError
from al_core.jobs import Job
from al_core.store import INITIAL_TAG, Kind, LocalDataset
from al_core.store.job_records import JobRecord

router = APIRouter(tags=["Selection"], route_class=JsonRoute)


@router.post("/datasets/{dataset_id}/embeddings/{embedding_id}/sampling", status_code=201)
def create_sampling(request: Request, dataset: DatasetOfPath, embedding_id: str, body: SamplingCreate) -> JobCreated:
    """Start a selection as Lightly's clients ask for it."""
    stop = body.config.stopping_condition
    selection = SelectionCreate(
        method=body.method,
        n_samples=absolute_count(dataset, body, stop.n_samples),
        min_distance=stop.min_distance,
        name=body.new_tag_name,
        score_name=body.score_type,
        seed=body.seed,
        query_tag_id=body.query_tag_id,
        preselected_tag_id=body.preselected_tag_id,
        embedding_id=embedding_id,
    )
    return create_selection(request, dataset, selection)


def absolute_count(dataset: LocalDataset, body: SamplingCreate, n_samples: float) -> int:
    """Return a number of samples; a share between 0 and 1 is of the query tag and rounded up."""
    if 0 < n_samples < 1:
        size = find_tag(dataset, body.query_tag_id).size if body.query_tag_id else dataset.n_samples
        return math.ceil(n_samples * size)
    if n_samples != math.floor(n_samples):
        raise ApiError(400, "MALFORMED_REQUEST", f"nSamples is a share below 1 or a whole number, not {n_samples}")
    return int(n_samples)


@router.post("/datasets/{dataset_id}/selections", status_code=201)
def create_selection(request: Request, dataset: DatasetOfPath, body: SelectionCreate) -> JobCreated:
    """Start a selection with everything that al_core can be told (an addition of al_core)."""
    ids = {"query_tag_id", "preselected_tag_id", "embedding_id"}
    config = SelectionConfig(**body.model_dump(exclude=ids))
    with coded(AlreadyExistsError="TAG_NAME_EXISTS"):
        dataset.check_tag_name(config.name)
    if not dataset.n_samples:
        raise MissingInputError(f"dataset '{dataset.name}' has no '{INITIAL_TAG}' yet; add samples first")
    query_tag = find_tag(dataset, body.query_tag_id, "TAG_QUERYTAG_NOT_IN_DATASET") if body.query_tag_id else None
    labeled_tag = (
        find_tag(dataset, body.preselected_tag_id, "TAG_PRESELECTEDTAG_NOT_IN_DATASET")
        if body.preselected_tag_id
        else None
    )
    embedding = (
        find_array(dataset, Kind.EMBEDDING, body.embedding_id, "EMBEDDING_UNKNOWN").name if body.embedding_id else None
    )
    job = services(request).jobs.start(
        None,
        f"{config.method} selection '{config.name}'",
        lambda progress: (
            workflow.run_selection(
                dataset,
                config,
                query_tag=query_tag,
                labeled_tag=labeled_tag,
                embedding_name=embedding,
                progress=progress,
            ).tag.id
        ),
        dataset.id,
    )
    return JobCreated(job_id=job.id)


@router.get("/jobs")
def read_jobs(request: Request) -> list[JobStatusData]:
    """Return all jobs, newest first."""
    known = services(request)
    return [status(known.jobs.latest(job.id) or job) for job in known.workspace.job_records.all()]


@router.get("/jobs/{job_id}", response_model=JobStatusData)
async def read_job(request: Request, job_id: str) -> Response:
    """Return where a job stands."""
    known = services(request)
    # Clients poll: a job of this process needs neither the catalog nor a thread.
    job: Job | JobRecord | None = known.jobs.latest(job_id)
    if job is None:
        job = await run_in_threadpool(find_job, known, job_id)
    return json_bytes(status(job).model_dump(by_alias=True))


@router.delete("/jobs/{job_id}", status_code=202)
def cancel_job(request: Request, job_id: str) -> JobStatusData:
    """Ask a job to stop; it does so within a second (an addition of al_core)."""
    job = find_job(services(request), job_id)
    if isinstance(job, Job):
        job.cancel()
    return status(job)


def find_job(known: Services, job_id: str) -> Job | JobRecord:
    """Return a job of this process, otherwise what was written down about it."""
    job = known.jobs.latest(job_id)
    if job is not None:
        return job
    with coded(NotFoundError="JOB_UNKNOWN"):
        return known.workspace.job_records.get(job_id)


def status(job: Job | JobRecord) -> JobStatusData:
    """Return a job as the API shows it."""
    is_cancelled = job.state == "CANCELLED"
    return JobStatusData(
        id=job.id,
        status="FAILED" if is_cancelled else str(job.state),  # type: ignore[arg-type] # the others have the same names
        created_at=job.created_at,
        dataset_id=job.dataset_id,
        finished_at=job.finished_at,
        error="cancelled" if is_cancelled else job.error or None,
        result=JobResult(data=job.result) if isinstance(job.result, str) else None,
        done=job.done if isinstance(job, Job) else 0,
        total=job.total if isinstance(job, Job) else 0,
        progress=job.fraction if isinstance(job, Job) else None,
        error_type="Cancelled" if is_cancelled else job.error_type or None,
    )
