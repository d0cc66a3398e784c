"""A real server on a free port, in a thread of the tests."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from al_core.api.server import create_api
from al_core.api.server.settings import Settings
from al_core.store import Workspace


@contextmanager
def served(workspace: Workspace, settings: Settings | None = None) -> Iterator[str]:
    """The address of a server that works on the workspace."""
    app = Starlette(routes=[Mount("/v1", create_api(lambda: workspace, settings or Settings()))])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    # Requests queue at the socket from here on, so nobody has to wait until the server is up.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def server(workspace: Workspace) -> Iterator[str]:
    with served(workspace) as address:
        yield address


@pytest.fixture
def serve(workspace: Workspace) -> Callable[[Settings], "contextmanager[str]"]:
    return lambda settings: served(workspace, settings)
