"""What the browser asks about a job: `/ID` is how far it is."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from al_core.jobs import JobStatus
from ui.progress import Wording


def progress_app(find: Callable[[str], JobStatus | None]) -> Starlette:
    """Return the application that says how far the jobs are that `find` returns."""

    async def progress(request: Request) -> JSONResponse:
        # In a thread: one that another server works on is read from the catalog.
        job = await run_in_threadpool(find, request.path_params["job_id"])
        if job is None or not job.is_running:
            # One that is forgotten has ended, too.
            return _fresh({"isRunning": False})
        query = request.query_params
        wording = Wording(query.get("unit", "steps"), query.get("waiting", Wording.waiting), "pace" in query)
        return _fresh({"isRunning": True, "text": wording.describe(job), "fraction": job.fraction})

    return Starlette(routes=[Route("/{job_id}", progress)])


def _fresh(content: dict[str, object]) -> JSONResponse:
    return JSONResponse(content, headers={"Cache-Control": "no-store"})
