"""The REST API under `/v1`, as Lightly's clients speak it: `uvicorn al_core.api.server:app`."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from al_core.api.schemas.wire import Problem
from al_core.api.server import (
    arrays,
    cards,
    configurations,
    datasets,
    documentation,
    embeddings,
    evidence,
    exports,
    jobs,
    labels,
    models,
    picks,
    predictions,
    rounds,
    samples,
    scores,
    selections,
    signed_files,
    tags,
    versions,
)
from al_core.api.server.context import API_PREFIX, Context
from al_core.api.server.door import Door
from al_core.api.server.errors import HANDLERS
from al_core.api.server.guards import add_guards
from al_core.api.server.settings import Settings, read_settings
from al_core.store import Workspace

__all__ = ["app", "closing", "create_api", "create_app"]

# FastAPI looks through the routes in this order, at 5 µs each: what clients poll comes first.
ROUTERS = (
    jobs,
    tags,
    versions,
    datasets,
    samples,
    exports,
    scores,
    embeddings,
    predictions,
    models,
    rounds,
    cards,
    picks,
    evidence,
    labels,
    configurations,
    arrays,
    selections,
    signed_files,
)


def create_api(open_workspace: Callable[[], Workspace] = Workspace, settings: Settings | None = None) -> FastAPI:
    """Return the API, to be mounted at `/v1`; the workspace is opened at the first request."""
    api = documentation.DocumentedAPI(
        title="al_core",
        description="Which images to label next, over HTTP. Lightly 1.2 clients work with it unchanged.",
        version="1",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        responses={"default": {"model": Problem, "description": "What went wrong"}},
        generate_unique_id_function=operation_id,
        exception_handlers=HANDLERS,
    )
    api.state.context = Context(open_workspace, settings or read_settings())
    add_guards(api, api.state.context)
    for module in ROUTERS:
        api.include_router(module.router)
    documentation.add_page(api)
    # Some versions of FastAPI list the included routers in `api.routes`, others their routes.
    routes = list(api.routes)
    for module in ROUTERS:
        routes += module.router.routes
    api.state.routes = [route for route in routes if isinstance(route, Route)]
    return api


def create_app(api: FastAPI) -> Starlette:
    """Return an application that serves the API, and nothing else, under `/v1`."""
    # All of it is the API's: what lies outside /v1 is answered with 404, whoever asks.
    door = Middleware(Door, context=api.state.context, is_of_api=lambda scope: True)
    return Starlette(
        routes=[Mount(API_PREFIX, api)],
        middleware=[door],
        exception_handlers=HANDLERS,
        lifespan=closing(api.state.context),
    )


def closing(context: Context) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """Return the lifespan of an application that leaves its jobs to others when it is stopped."""

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(context.close)

    return lifespan


def operation_id(route: APIRoute) -> str:
    """Return a name for a route that is unique and readable."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}_{route.name}"


app = create_app(create_api())
