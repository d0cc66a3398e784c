from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.api.server.media import media_app
from al_core.exceptions import (
    AlreadyExistsError,
    Cancelled,
    InvalidInputError,
    NotAllowedError,
    ServerError,
)
from al_core.remote import RemoteDataset, RemoteWorkspace
from al_core.store import Kind, Workspace
from al_core.wire.connection import Connection
from tests.conftest import FILENAMES
from tests.serving import served


def test_a_dataset_is_made_from_embeddings_and_deleted(remote: RemoteWorkspace, workspace: Workspace) -> None:
    made = workflow.create_dataset(remote, "new", FILENAMES, np.eye(6), embedding_name="eye")
    assert workspace.dataset("new").filenames() == FILENAMES
    assert workspace.dataset("new").arrays.get(Kind.EMBEDDING, "eye") == made.arrays.get(Kind.EMBEDDING, "eye")
    with pytest.raises(AlreadyExistsError):
        remote.create_dataset("new")
    with pytest.raises(NotAllowedError, match="cannot see the folders of this machine"):
        remote.create_dataset("other", images_dir="/tmp")
    remote.delete_dataset("new")
    assert remote.datasets() == []
    assert workspace.datasets() == []


def test_a_dataset_comes_with_its_filenames_or_not_at_all(
    remote: RemoteWorkspace, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Connection.send

    def send_and_die(*arguments: Any, **options: Any) -> None:
        send(*arguments, **options)
        raise Cancelled("killed")

    monkeypatch.setattr(Connection, "send", send_and_die)
    with pytest.raises(Cancelled, match="killed"):
        remote.create_dataset("new", FILENAMES)
    assert workspace.dataset("new").filenames() == FILENAMES


def test_the_address_and_the_token_are_judged_in_one_sentence(
    address: str, workspace: Workspace, cache_folder: Path
) -> None:
    for wrong in ("gpu-box:8501", "ftp://gpu-box", "http://", "http://alice:secret@gpu-box", "http://x:99999"):
        with pytest.raises(InvalidInputError, match="is not the address of a server"):
            RemoteWorkspace(wrong, None, cache_folder)
    with pytest.raises(ServerError, match=r"http://127.0.0.1:1 does not answer \(.*Connection refused"):
        RemoteWorkspace("http://127.0.0.1:1", None, cache_folder)
    for secret in (None, "wrong"):
        with pytest.raises(NotAllowedError, match="refused the request: this server needs a valid token"):
            RemoteWorkspace(address, secret, cache_folder)
    with served(media_app(workspace.dataset)) as other, pytest.raises(ServerError, match="not as a server of al_core"):
        RemoteWorkspace(other, None, cache_folder)


def test_the_token_is_on_no_disk(remote: RemoteWorkspace, line: RemoteDataset, tmp_path: Path) -> None:
    line.filenames()
    line.arrays.read(line.arrays.get(Kind.EMBEDDING, "default"))
    sign: Any = remote._connection._session.auth
    secret = sign.__closure__[0].cell_contents
    assert len(secret) == 48
    assert not any(secret.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert secret not in repr(vars(remote)) + repr(vars(remote._connection))
