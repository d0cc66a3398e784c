from collections.abc import Iterator
from pathlib import Path

import pytest

from al_core.api.server.settings import Settings
from al_core.remote import RemoteDataset, RemoteWorkspace
from al_core.store import Dataset, Workspace
from tests.api.conftest import api_server


@pytest.fixture
def address(workspace: Workspace) -> Iterator[str]:
    with api_server(workspace, Settings(require_token=True)) as address:
        yield address


@pytest.fixture
def cache_folder(tmp_path: Path) -> Path:
    return tmp_path / "remote"


@pytest.fixture
def remote(address: str, workspace: Workspace, cache_folder: Path) -> RemoteWorkspace:
    return RemoteWorkspace(address, workspace.tokens.create("dashboard"), cache_folder)


@pytest.fixture
def line(remote: RemoteWorkspace, dataset: Dataset) -> RemoteDataset:
    """The dataset "line" of the server, as the dashboard sees it."""
    return remote.dataset(dataset.id)
