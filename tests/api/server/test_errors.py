import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from fastapi import FastAPI
from sqlalchemy import event
from starlette.types import Message

from al_core import workflow
from al_core.api.server import create_app
from al_core.store import Kind, LocalDataset, Workspace
from tests.api.calls import Api
from tests.api.conftest import api_server
from tests.patience import PATIENCE


def test_an_error_has_a_code_a_message_and_the_name_of_its_class(api: Api) -> None:
    assert api("GET", "/datasets/none", 404) == {
        "code": "DATASET_UNKNOWN",
        "message": "the workspace has no dataset 'none'; its datasets are: 'line'",
        "type": "NotFoundError",
    }
    assert api("GET", f"{api.dataset}/tags/none", 404)["code"] == "TAG_UNKNOWN"
    assert api("GET", "/jobs/none", 404)["code"] == "JOB_UNKNOWN"
    assert api("POST", "/datasets", 409, {"name": "line"})["code"] == "DATASET_NAME_EXISTS"
    assert api("POST", "/datasets", 422, {"nam": 1}) == {
        "code": "MALFORMED_REQUEST",
        "message": "body.name: Field required",
        "type": "InvalidInputError",
    }
    assert api("GET", "/nothing", 404)["code"] == "NOT_FOUND"
    assert api("GET", f"{api.dataset}/datasource", 404)["code"] == "DATASOURCE_UNKNOWN"


def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_error(shared_api: FastAPI, api: Api) -> None:
    incoming: list[Message] = [
        {"type": "http.request", "body": b"a part", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "PUT",
        "path": f"/v1{api.dataset}/embeddings",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"content-length", b"1000")],
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(create_app(shared_api)(scope, receive, send))
    assert sent[0]["status"] == 400


def test_a_full_disk_is_a_507_and_leaves_the_store_whole(
    api: Api, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    initial = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    scores = {"scoreType": "mine", "scores": [0.25] * 6}
    api("POST", f"{api.dataset}/tags/{initial}/scores", 201, scores)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = api("POST", f"{api.dataset}/tags/{initial}/scores", 507, scores | {"scores": [0.5] * 6})
    assert answer["code"] == "INSUFFICIENT_STORAGE"
    assert api("GET", f"{api.dataset}/tags/{initial}/scores/mine", 200)["scores"] == [0.25] * 6
    assert not list(workspace.home.rglob("*.tmp"))
    api("POST", f"{api.dataset}/tags/{initial}/scores", 201, scores | {"scores": [0.5] * 6})


@pytest.mark.sqlite
def test_a_full_catalog_is_a_507_and_leaves_the_store_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    limit = {"pages": 1_000_000}

    def hold_to_limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit['pages']}")

    with Workspace(tmp_path / "sqlite") as workspace, api_server(workspace) as address:
        dataset = workflow.create_dataset(workspace, "line", ["a.png", "b.png"], np.eye(2))
        api = Api(address, dataset.id)
        event.listen(workspace._engine, "checkout", hold_to_limit)
        # SQLite never makes a database smaller than it is: one page is "no more than now".
        limit["pages"] = 1
        body = {"customMetaData": {"text": "x" * 100_000}}
        sample = api("GET", f"{api.dataset}/samples", 200)[0]["id"]
        assert api("PUT", f"{api.dataset}/samples/{sample}", 507, body)["code"] == "INSUFFICIENT_STORAGE"
        assert api("GET", f"{api.dataset}/samples/{sample}", 200)["customMetaData"] is None
        limit["pages"] = 1_000_000
        api("PUT", f"{api.dataset}/samples/{sample}", 204, body)
        assert api("GET", f"{api.dataset}/samples/{sample}", 200)["customMetaData"] == body["customMetaData"]


def test_a_method_that_is_not_possible_is_refused_with_those_that_are(api: Api) -> None:
    answer = requests.patch(f"{api.address}{api.dataset}", timeout=PATIENCE)
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, PUT")
    assert answer.json() == {
        "code": "METHOD_NOT_ALLOWED",
        "message": "PATCH is not possible here; use DELETE, GET, PUT",
        "type": "NotAllowedError",
    }


@pytest.mark.parametrize("path", ["/v1/none", "/v1/none%0A", "/none", "/v1none", "/v1/datasets/x/none", "/v1/%ff"])
def test_an_address_that_leads_nowhere_is_refused_in_json(workspace: Workspace, path: str) -> None:
    with api_server(workspace) as address:
        answer = requests.get(f"{address}{path}", timeout=PATIENCE)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_an_address_with_a_nul_is_refused(api: Api) -> None:
    api("GET", "/datasets/a%00b", 400)
    api("GET", f"{api.dataset}/samples?fileName=%00", 400)


@pytest.mark.parametrize("number", ["-1", "9" * 30, "9" * 5000, "x"])
def test_a_number_in_an_address_has_limits(api: Api, number: str) -> None:
    assert "pageSize" in api("GET", f"{api.dataset}/samples?pageSize={number}", 422)["message"]


def test_json_that_is_none_is_refused_with_the_place(api: Api) -> None:
    headers = {"Content-Type": "application/json"}
    refusal = api("POST", "/datasets", 400, data=b'{"name": ', headers=headers)
    assert refusal["message"].startswith("the text is not JSON: ")
    assert refusal["type"] == "InvalidInputError"


def test_false_is_not_a_number(api: Api) -> None:
    task = {"name": "animals", "type": "CLASSIFICATION", "categories": [{"id": False, "name": "cat"}]}
    assert "categories.0.id" in api("POST", f"{api.dataset}/predictions/tasks", 422, task)["message"]


@pytest.mark.sqlite
def test_a_damaged_catalog_is_a_503_that_names_no_place_on_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AL_CORE_DATABASE_URL", raising=False)
    with Workspace(tmp_path / "home") as workspace, api_server(workspace) as address:
        workspace._engine.dispose()
        for suffix in ("-wal", "-shm"):
            (tmp_path / "home" / f"catalog.sqlite{suffix}").unlink(missing_ok=True)
        (tmp_path / "home" / "catalog.sqlite").write_bytes(b"no database" * 1000)
        assert Api(address, "any")("GET", "/datasets", 503) == {
            "code": "SERVICE_UNAVAILABLE",
            "message": "the workspace's catalog is damaged; restore it from a backup: the arrays under 'datasets' "
            "have not been touched",
            "type": "WorkspaceError",
        }


def test_a_damaged_array_or_list_of_filenames_is_a_503(api: Api, workspace: Workspace) -> None:
    dataset = workspace.dataset("line")
    assert isinstance(dataset, LocalDataset)
    [stored] = dataset.arrays.save(Kind.SCORE, {"mine": np.zeros(6)})
    dataset.arrays.path(stored).write_bytes(b"cut")
    initial = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    answer = api("GET", f"{api.dataset}/tags/{initial}/scores/mine", 503)
    assert answer["message"].startswith("the file of score 'mine'")
    dataset.filenames_path.write_bytes(b"cut")
    answer = api("GET", f"{api.dataset}/samples", 503)
    assert answer["message"] == "the filenames of dataset 'line' are missing or damaged; restore the file from a backup"


def test_allowed_methods_are_those_of_the_route_itself_and_not_of_a_look_alike(api: Api) -> None:
    answer = requests.patch(f"{api.address}{api.dataset}/labels/deleted", timeout=PATIENCE)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
