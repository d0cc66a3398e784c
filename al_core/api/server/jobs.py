from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from al_core.api.schemas.jobs import JobResult, JobStatusData
from al_core.api.server.bodies import JsonRoute
from al_core.api.server.context import Services, json_bytes, services
from al_core.api.server.errors import coded
from al_core.jobs import Job
from al_core.store.job_records import JobRecord

router = APIRouter(prefix="/jobs", tags=["Jobs"], route_class=JsonRoute)


@router.get("", response_model=list[JobStatusData])
def read_jobs(request: Request) -> Response:
    """Return all jobs, newest first."""
    used = services(request)
    # The catalog has those of other processes too; of its own jobs this process knows how far they are.
    jobs = [used.jobs.find(record.id) or record for record in used.workspace.job_records.all()]
    return json_bytes([status(job).model_dump(by_alias=True) for job in jobs])


@router.get("/{job_id}", response_model=JobStatusData)
async def read_job(request: Request, job_id: str) -> Response:
    """Return the state of a job."""
    used = services(request)
    # Clients poll: a job of this process needs neither the catalog nor a thread.
    job: Job | JobRecord | None = used.jobs.find(job_id)
    if job is None:
        job = await run_in_threadpool(find_job, used, job_id)
    return json_bytes(status(job).model_dump(by_alias=True))


@router.delete("/{job_id}", status_code=202)
def cancel_job(request: Request, job_id: str) -> JobStatusData:
    """Ask a job to stop; it does so within a second, or three if another server works on it (al_core extension)."""
    used = services(request)
    job = find_job(used, job_id)
    if isinstance(job, Job):
        job.cancel()
    else:
        used.workspace.job_records.cancel(job_id)
    return status(job)


def find_job(used: Services, job_id: str) -> Job | JobRecord:
    """Return a job of this process, otherwise its record in the catalog."""
    job = used.jobs.find(job_id)
    if job is not None:
        return job
    with coded(NotFoundError="JOB_UNKNOWN"):
        return used.workspace.job_records.get(job_id)


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
        done=job.done,
        total=job.total,
        progress=job.fraction,
        error_type="Cancelled" if is_cancelled else job.error_type or None,
    )
