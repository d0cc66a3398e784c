from typing import Literal

from pydantic import FiniteFloat

from al_core.api.schemas.wire import Count, Int64, Wire


class StoppingCondition(Wire):
    """The size of the new tag and the smallest distance in it; -1 turns one off, 0 to 1 is a share of all samples."""

    n_samples: FiniteFloat = -1
    min_distance: FiniteFloat = -1


class SamplingConfig(Wire):
    """The configuration of a selection."""

    stopping_condition: StoppingCondition = StoppingCondition()


class SamplingCreate(Wire):
    """A selection in Lightly's form; `seed` is an addition of al_core."""

    new_tag_name: str
    method: str
    config: SamplingConfig = SamplingConfig()
    query_tag_id: str | None = None
    preselected_tag_id: str | None = None
    score_type: str | None = None
    seed: Count | None = None


class SelectionCreate(Wire):
    """A selection with everything al_core can be told; see `SelectionConfig`."""

    method: str = "CORESET"
    n_samples: Int64 = 32
    min_distance: FiniteFloat = -1
    name: str
    score_name: str | None = None
    seed: Count | None = None
    normalize: bool = True
    coral: Literal["herding", "product"] = "herding"
    strength: FiniteFloat = 1.0
    query_tag_id: str | None = None
    preselected_tag_id: str | None = None
    embedding_id: str | None = None


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
    status: Literal["UNKNOWN", "WAITING", "RUNNING", "FAILED", "FINISHED"]
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
