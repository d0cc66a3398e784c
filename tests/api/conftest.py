from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi import FastAPI

from al_core.api.server import create_api, create_app
from al_core.api.server.context import Context
from al_core.api.server.settings import Settings
from al_core.store import Dataset, Workspace
from tests.api.calls import Api
from tests.serving import served


@contextmanager
def api_server(workspace: Workspace, settings: Settings | None = None) -> Iterator[str]:
    """The address of a real server that works on the workspace."""
    with served(create_app(create_api(lambda: workspace, settings or Settings()))) as address:
        yield address


@pytest.fixture(scope="session")
def shared_api() -> FastAPI:
    # FastAPI builds its routes at the first request; once is enough for all tests.
    return create_api(settings=Settings())


@pytest.fixture(scope="session")
def shared_server(shared_api: FastAPI) -> Iterator[str]:
    with served(create_app(shared_api)) as address:
        yield address


@pytest.fixture
def server(shared_server: str, shared_api: FastAPI, workspace: Workspace) -> str:
    """The address of a real server with the default settings that works on the workspace of the test."""
    context: Context = shared_api.state.context
    context.use(workspace)
    return shared_server


@pytest.fixture
def api(server: str, dataset: Dataset) -> Api:
    return Api(server, dataset.id)


@pytest.fixture
def empty(server: str, workspace: Workspace) -> Api:
    return Api(server, workspace.create_dataset("empty").id)


@pytest.fixture
def guarded(workspace: Workspace, dataset: Dataset) -> Iterator[Api]:
    with api_server(workspace, Settings(require_token=True)) as address:
        yield Api(address, dataset.id)


@pytest.fixture
def write_url(empty: Api) -> str:
    sample = empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "folder/a.png"})["id"]
    return str(empty("GET", f"{empty.dataset}/samples/{sample}/writeurls", 200)["full"])
