from collections.abc import Iterator

import pytest

from al_core.store import Workspace
from tests.api.conftest import api_server


@pytest.fixture
def server(workspace: Workspace) -> Iterator[str]:
    """The address of a real server that works on the workspace of the test."""
    with api_server(workspace) as address:
        yield address
