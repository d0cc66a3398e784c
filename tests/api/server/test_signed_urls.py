import pytest
import requests

from al_core.api.server.signed_urls import Signer, read_secret
from al_core.store import Workspace
from tests.api.calls import PNG, Api


@pytest.fixture
def write_url(empty: Api) -> str:
    sample = empty("POST", f"{empty.dataset}/samples", 201, {"fileName": "folder/a.png"})["id"]
    return str(empty("GET", f"{empty.dataset}/samples/{sample}/writeurls", 200)["full"])


@pytest.mark.parametrize(
    ("before", "after"), [("/full?", "/thumbnail?"), ("signature=", "signature=0"), ("expires=1", "expires=2")]
)
def test_a_url_that_was_changed_is_refused(write_url: str, before: str, after: str) -> None:
    assert requests.put(write_url.replace(before, after), PNG, timeout=30).status_code == 403
    assert requests.get(write_url, timeout=30).status_code == 403


def test_an_expired_url_is_refused(api: Api, workspace: Workspace) -> None:
    sample = api("GET", f"{api.dataset}/samples", 200)[0]["id"]
    path = f"/signed{api.dataset}/samples/{sample}/full"
    signer = Signer(read_secret(workspace.home / "signing.key"))
    assert "no image" in api("GET", signer.sign("GET", path, 60), 404)["message"]
    assert "expired" in api("GET", signer.sign("GET", path, -1), 403)["message"]
