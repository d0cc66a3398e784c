"""URLs that take the place of a token: for one method, one path, a limited time, and no longer than the token."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from al_core.api.server.caller import Caller
from al_core.api.server.errors import ApiError
from al_core.api.server.settings import Settings
from al_core.api.server.signer import DAY_SECONDS, Signer, read_secret
from al_core.store import Workspace
from al_core.store.tokens import Token
from tests.api.calls import PNG, Api
from tests.api.conftest import api_server
from tests.patience import PATIENCE

LOCAL = Caller("127.0.0.1")
READER = Caller("10.0.0.7", Token("0" * 24, "viewer", may_write=False, created_at=0))


def lifetime(url: str) -> float:
    return int(parse_qs(urlsplit(url).query)["expires"][0]) - time.time()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/full?", "/thumbnail?"),
        ("signature=", "signature=0"),
        ("expires=1", "expires=2"),
        ("by=this", "by=that"),
        ("tokenId=", "tokenId=0"),
        ("role=read-write", "role=read-only"),
        ("?", "?expires=9&"),
    ],
)
def test_a_url_that_was_changed_is_refused(write_url: str, before: str, after: str) -> None:
    assert before in write_url
    assert requests.put(write_url.replace(before, after), PNG, timeout=PATIENCE).status_code == 403
    assert requests.get(write_url, timeout=PATIENCE).status_code == 403


def test_an_expired_url_is_refused(api: Api, workspace: Workspace) -> None:
    sample = api("GET", f"{api.dataset}/samples", 200)[0]["id"]
    path = f"/signed{api.dataset}/samples/{sample}/full"
    signer = Signer(read_secret(workspace.home / "signing.key"))
    assert "no image" in api("GET", signer.sign("GET", path, 60, LOCAL), 404)["message"]
    assert "expired" in api("GET", signer.sign("GET", path, -1, LOCAL), 403)["message"]


def test_a_url_lives_at_most_a_day_to_write_and_ninety_days_to_read() -> None:
    signer = Signer(b"key")
    century = 100 * 365 * DAY_SECONDS
    assert lifetime(signer.sign("PUT", "/signed/x", century, LOCAL)) == pytest.approx(DAY_SECONDS, abs=5)
    assert lifetime(signer.sign("GET", "/signed/x", century, LOCAL)) == pytest.approx(90 * DAY_SECONDS, abs=5)


def test_nobody_signs_what_they_may_not_do_themselves() -> None:
    with pytest.raises(ApiError, match="'viewer' may only read"):
        Signer(b"key").sign("PUT", "/signed/x", 60, READER)


def test_a_url_of_a_version_that_named_no_token_is_refused() -> None:
    signer = Signer(b"key")
    expires = str(int(time.time()) + 60)
    signature = signer._signature("GET", "/signed/x", {"expires": expires})
    with pytest.raises(ApiError, match="no valid signature"):
        signer.check("GET", "/signed/x", f"expires={expires}&signature={signature}")


def test_a_url_names_the_token_and_dies_with_it(guarded: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    sample = guarded("GET", f"{guarded.dataset}/samples?token={secret}", 200)[0]["id"]
    urls = guarded("GET", f"{guarded.dataset}/samples/{sample}/writeurls?token={secret}", 200)
    query = parse_qs(urlsplit(urls["thumb"]).query)
    assert (query["by"], query["role"]) == (["ci"], ["read-write"])
    assert secret not in urls["thumb"]
    assert requests.put(urls["thumb"], PNG, timeout=PATIENCE).status_code == 200
    assert '"user": "ci"' in (workspace.home / "audit.jsonl").read_text().splitlines()[-1]
    workspace.tokens.revoke("ci")
    workspace.tokens.create("ci")
    answer = requests.put(urls["full"], PNG, timeout=PATIENCE)
    assert answer.status_code == 401
    assert "the token 'ci' behind this URL was revoked" in answer.json()["message"]


def test_a_url_that_was_signed_without_a_token_ends_when_the_server_asks_for_one(
    api: Api, workspace: Workspace
) -> None:
    sample = api("GET", f"{api.dataset}/samples", 200)[0]["id"]
    url = api("GET", f"{api.dataset}/samples/{sample}/readurl", 200)
    with api_server(workspace, Settings(require_token=True)) as address:
        answer = requests.get(address + url[url.index("/v1") :], timeout=PATIENCE)
    assert answer.status_code == 401


def test_a_token_that_may_only_read_gets_urls_to_read_but_none_to_write(guarded: Api, workspace: Workspace) -> None:
    secret = workspace.tokens.create("viewer", may_write=False)
    sample = guarded("GET", f"{guarded.dataset}/samples?token={secret}", 200)[0]["id"]
    of_sample = f"{guarded.dataset}/samples/{sample}"
    write_csv = f"{guarded.dataset}/embeddings/writeCSVUrl?name=new&token={secret}"
    for path in (f"{of_sample}/writeurl?token={secret}", f"{of_sample}/writeurls?token={secret}", write_csv):
        refusal = guarded("GET", path, 403)
        assert refusal["message"] == "token 'viewer' may only read"
    assert "/signed/" in guarded("GET", f"{of_sample}/readurl?token={secret}", 200)


def test_the_urls_of_an_export_live_a_week_or_as_long_as_asked_for(api: Api) -> None:
    tag = api("GET", f"{api.dataset}/tags", 200)[-1]["id"]
    export = f"{api.dataset}/tags/{tag}/export/LabelBox/datarows"
    assert lifetime(api("GET", export, 200)[0]["imageUrl"]) == pytest.approx(7 * DAY_SECONDS, abs=30)
    assert lifetime(api("GET", f"{export}?expiresIn=60", 200)[0]["imageUrl"]) == pytest.approx(60, abs=30)
    for seconds in ("0", "-1", str(90 * DAY_SECONDS + 1), "9" * 4300, "1.5"):
        assert "expiresIn" in api("GET", f"{export}?expiresIn={seconds}", 422)["message"]
