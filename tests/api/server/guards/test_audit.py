import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from al_core.api.server.caller import Caller
from al_core.api.server.guards.audit import AuditLog
from al_core.store import Workspace
from tests.api.calls import Api


def test_every_write_is_in_the_audit_log_without_the_token(api: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    api("POST", f"/datasets?token={secret}", 201, {"name": "new"})
    api("POST", "/datasets", 409, {"name": "new"})
    api("GET", "/datasets", 200)
    log = (workspace.home / "audit.jsonl").read_text()
    entries = [json.loads(line) for line in log.splitlines()]
    assert [(entry["user"], entry["method"], entry["path"], entry["status"]) for entry in entries] == [
        ("ci", "POST", "/datasets", 201),
        ("this machine", "POST", "/datasets", 409),
    ]
    assert secret not in log


def test_an_entry_does_not_join_one_that_a_full_disk_tore(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path)
    log.add(Caller("127.0.0.1"), "POST", "/datasets", 201)
    with path.open("ab") as file:
        file.write(b'{"at": 1, "user"')
    log.add(Caller("127.0.0.1"), "PUT", "/datasets/x", 204)
    log.add(Caller("127.0.0.1"), "DELETE", "/datasets/x", 204)
    first, torn, *others = path.read_bytes().splitlines()
    assert torn == b'{"at": 1, "user"'
    assert [json.loads(line)["method"] for line in (first, *others)] == ["POST", "PUT", "DELETE"]


def test_an_entry_that_the_disk_takes_in_parts_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, content[:7]))
    AuditLog(tmp_path / "audit.jsonl").add(Caller("127.0.0.1"), "POST", "/datasets", 201)
    assert json.loads((tmp_path / "audit.jsonl").read_text())["path"] == "/datasets"


def test_a_write_that_cannot_be_written_down_is_not_acknowledged(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(AuditLog, "add", full)
    assert api("POST", "/datasets", 507, {"name": "new"})["code"] == "INSUFFICIENT_STORAGE"
