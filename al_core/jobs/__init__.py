"""Background work that reports progress and can be canceled."""

from al_core.jobs.job import Beat, Job, JobRecords, JobState, JobStatus
from al_core.jobs.jobs import Jobs
from al_core.jobs.pool import WorkerPool, process_pool

__all__ = ["Beat", "Job", "JobRecords", "JobState", "JobStatus", "Jobs", "WorkerPool", "process_pool"]
