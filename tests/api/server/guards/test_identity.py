import os

import pytest
import requests

from al_core.store import Workspace
from tests.api.calls import Api
from tests.patience import PATIENCE


def test_a_token_opens_the_server_until_it_is_revoked(guarded: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    assert guarded("GET", "/datasets", 401)["code"] == "UNAUTHORIZED"
    guarded("GET", "/datasets?token=wrong", 401)
    guarded("GET", "/versions/pip/minimum", 200)
    assert len(guarded("GET", f"/datasets?token={secret}", 200)) == 1
    guarded("GET", "/datasets", 200, headers={"Authorization": f"Bearer {secret}"})
    workspace.tokens.revoke("ci")
    guarded("GET", f"/datasets?token={secret}", 401)


def test_a_token_may_be_for_reading_only(guarded: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("viewer", may_write=False)
    guarded("GET", f"/datasets?token={secret}", 200)
    assert "may only read" in guarded("POST", f"/datasets?token={secret}", 403, {"name": "new"})["message"]


def test_on_this_machine_a_token_is_checked_as_soon_as_one_exists(api: Api, workspace: Workspace) -> None:
    api("GET", "/datasets?token=left-over", 200)
    workspace.tokens.create("ci")
    api("GET", "/datasets", 200)
    api("GET", "/datasets?token=left-over", 401)


def test_the_secrets_of_a_workspace_are_its_owners_and_stored_hashed(api: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    api("GET", "/datasets", 200)
    assert os.stat(workspace.home / "signing.key").st_mode & 0o777 == 0o600
    assert not any(secret.encode() in path.read_bytes() for path in workspace.home.glob("catalog.sqlite*"))


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-For": "10.0.0.7"}, {"Forwarded": "for=10.0.0.7"}, {"Via": "1.1 proxy"}], ids=str
)
def test_a_proxy_on_this_machine_needs_a_token_for_its_clients(
    api: Api, workspace: Workspace, headers: dict[str, str]
) -> None:
    api("GET", "/datasets", 401, headers=headers)
    secret = workspace.tokens.create("ci")
    api("GET", "/datasets", 200, headers=headers | {"Authorization": f"Bearer {secret}"})


def test_a_refusal_says_how_to_sign_in(guarded: Api) -> None:
    answer = requests.get(f"{guarded.address}/datasets", timeout=PATIENCE)
    assert answer.headers["www-authenticate"] == "Bearer"
