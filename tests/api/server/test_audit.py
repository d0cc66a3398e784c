import json

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
