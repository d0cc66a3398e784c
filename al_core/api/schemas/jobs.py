from typing import Literal

from al_core.api.schemas.wire import Wire


class JobCreated(Wire):
    """The id of the job that does the work."""

    job_id: str


class JobResult(Wire):
    """What the job made."""

    type: Literal["SAMPLING"] = "SAMPLING"
    data: str


class JobStatusData(Wire):
    """Where a job stands; `done` of `total` steps, `progress`, 0 to 1, and `errorType` are additions of al_core."""

    id: str
    # Lightly's states; a job that was canceled is FAILED to its clients, and `errorType` says why.
    status: Literal["UNKNOWN", "WAITING", "RUNNING", "FAILED", "FINISHED"]
    # Seconds: Lightly's clients sleep as long as this between two questions.
    wait_time_till_next_poll: int = 1
    created_at: int
    dataset_id: str | None
    finished_at: int | None
    error: str | None
    result: JobResult | None
    done: int
    total: int
    progress: float | None
    error_type: str | None
