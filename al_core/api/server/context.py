import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from starlette.responses import Response

from al_core.api.server.answers import Answers, JsonAnswer
from al_core.api.server.errors import coded
from al_core.api.server.settings import Settings
from al_core.api.server.signer import Signer, read_secret
from al_core.jobs import Job, Jobs, WorkerPool
from al_core.steps.selection_recipe import resume_selection
from al_core.store import LocalDataset, StoredArray, Tag, Workspace
from al_core.types import Progress

API_PREFIX = "/v1"


@dataclass(frozen=True)
class Services:
    """What the routes work with."""

    settings: Settings
    workspace: Workspace
    jobs: Jobs
    signer: Signer
    tag_lists: Answers


class Context:
    """Opens the workspace at the first request, so that importing the server touches no file."""

    def __init__(self, open_workspace: Callable[[], Workspace], settings: Settings) -> None:
        self.settings = settings
        self.services: Services | None = None
        self._open_workspace = open_workspace
        self._opened: Workspace | None = None
        self._lock = threading.Lock()

    def open(self) -> Services:
        """Return the same services at every call."""
        # Two first requests at once would open the workspace twice.
        with self._lock:
            return self.services or self._use_and_watch(self._open_workspace())

    def close(self) -> None:
        """Leave the jobs under way to other servers at once: this process is about to end."""
        with self._lock:
            if self._opened:
                self._opened.close()

    def _use_and_watch(self, workspace: Workspace) -> Services:
        self._opened = workspace
        opened = self.use(workspace)
        opened.jobs.watch(partial(resume, workspace))
        return opened

    def use(self, workspace: Workspace, pool: WorkerPool | None = None) -> Services:
        """Work on this workspace from now on; the pool runs its jobs, by default that of the process."""
        signer = Signer(read_secret(workspace.home / "signing.key"))
        jobs = Jobs(workspace.job_records, pool)
        self.services = Services(self.settings, workspace, jobs, signer, Answers())
        return self.services


def resume(workspace: Workspace, job: Job, progress: Progress) -> str:
    """Do the work of a job whose server is gone, and return its result: the id of a tag."""
    assert job.dataset_id
    assert job.recipe
    return resume_selection(workspace.dataset(job.dataset_id), job.recipe, progress).tag.id


def services(request: Request) -> Services:
    """Return the services of the application that answers the request."""
    context: Context = request.app.state.context
    # Without the lock once they are there.
    return context.services or context.open()


def find_dataset(request: Request, dataset_id: str) -> LocalDataset:
    """Return the dataset that the path names."""
    with coded(NotFoundError="DATASET_UNKNOWN"):
        return services(request).workspace.dataset(dataset_id)


DatasetOfPath = Annotated[LocalDataset, Depends(find_dataset)]


def find_tag(dataset: LocalDataset, tag_id: str, code: str = "TAG_UNKNOWN") -> Tag:
    """Return the tag with that id."""
    with coded(NotFoundError=code):
        return dataset.tag_by_id(tag_id)


def find_optional_tag(dataset: LocalDataset, tag_id: str | None, code: str) -> Tag | None:
    """Return the tag with that id, or None if there is no id."""
    return find_tag(dataset, tag_id, code) if tag_id else None


def find_array(dataset: LocalDataset, kind: str, array_id: str, code: str) -> StoredArray:
    """Return the embedding or score with that id or name."""
    names = {stored.id: stored.name for stored in dataset.arrays.all(kind)}
    with coded(NotFoundError=code):
        return dataset.arrays.get(kind, names.get(array_id, array_id))


def json_bytes(content: Any, request: Request | None = None) -> Response:
    """Return long lists as JSON at the speed of orjson; 304 if the client of `request` has just this one already."""
    if request is None:
        return Response(orjson.dumps(content), media_type="application/json")
    return JsonAnswer.of(content).response(request)
