from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from al_core.api.server import create_api
from al_core.api.server.settings import Settings
from al_core.store import Workspace
from tests.serving import served


@contextmanager
def api_server(workspace: Workspace, settings: Settings | None = None) -> Iterator[str]:
    """The address of a real server that works on the workspace."""
    with served(Starlette(routes=[Mount("/v1", create_api(lambda: workspace, settings or Settings()))])) as address:
        yield address


@pytest.fixture
def server(workspace: Workspace) -> Iterator[str]:
    with api_server(workspace) as address:
        yield address
