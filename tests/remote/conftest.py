from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from al_core.api.server.settings import Settings
from al_core.remote import RemoteDataset, RemoteWorkspace
from al_core.store import Dataset, Workspace
from al_core.wire.connection import Connection
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


@pytest.fixture
def earlier(line: RemoteDataset, monkeypatch: pytest.MonkeyPatch) -> RemoteDataset:
    """A dataset on a server that does not say yet what is new."""
    read = Connection._json

    def read_without(*arguments: Any) -> Any:
        content = read(*arguments)
        for record in content if isinstance(content, list) else [content]:
            if isinstance(record, dict):
                record.pop("isNew", None)
        return content

    monkeypatch.setattr(Connection, "_json", read_without)
    return line
