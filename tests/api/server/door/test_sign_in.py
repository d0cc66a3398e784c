"""Signing in and out, over HTTP as a browser does it; `require_token` makes this machine one of the others."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests

from al_core.api.server.door.sign_in import TRIES_PER_MINUTE
from al_core.api.server.settings import Settings
from al_core.store import Workspace
from tests.api.server.door.dashboards import dashboard
from tests.patience import PATIENCE
from tests.serving import served

AS_A_PAGE = {"Accept": "text/html,*/*"}


class Browser(requests.Session):
    """Keeps cookies and follows redirects; `address` is that of the dashboard."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.headers.update(AS_A_PAGE)

    def open(self, path: str = "/", **options: Any) -> requests.Response:
        return self.get(self.address + path, timeout=PATIENCE, **options)

    def submit(self, form: requests.Response, path: str = "/sign-in", **fields: str) -> requests.Response:
        # So Chromium sends the form of a page with `Referrer-Policy: no-referrer`.
        headers = {"Origin": "null"}
        content = hidden(form.text) | fields
        return self.post(self.address + path, content, headers=headers, timeout=PATIENCE, allow_redirects=False)

    def sign_in(self, secret: str) -> requests.Response:
        return self.submit(self.open("/sign-in"), token=secret)


def hidden(page: str) -> dict[str, str]:
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in fields}


def visitor(answer: requests.Response) -> Any:
    (header,) = answer.json()["visitor"]
    return json.loads(header)


@pytest.fixture
def browser(workspace: Workspace) -> Iterator[Browser]:
    with served(dashboard(workspace, Settings(require_token=True))) as address:
        yield Browser(address)


def test_a_token_opens_the_page_that_was_asked_for_first(browser: Browser, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    form = browser.open("/explore?dataset=a&x=1")
    assert form.url.startswith(f"{browser.address}/sign-in?next=")
    answer = browser.submit(form, token=f" {secret} ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/explore?dataset=a&x=1")
    assert visitor(browser.open()) == {"is_here": True, "may_write": True, "token_name": "ci"}


def test_the_cookie_tells_nobody_the_token_and_no_script_or_other_site_gets_it(
    browser: Browser, workspace: Workspace
) -> None:
    secret = workspace.tokens.create("ci")
    cookie = browser.sign_in(secret).headers["set-cookie"]
    assert secret not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    assert "Max-Age=604800" in cookie


def test_behind_a_trusted_proxy_with_https_the_cookie_is_for_https_alone(workspace: Workspace) -> None:
    settings = Settings(require_token=True, trusted_proxies=("127.0.0.1",))
    with served(dashboard(workspace, settings)) as address:
        forwarded = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "https"}
        answer = requests.get(f"{address}/sign-in", headers=forwarded, timeout=PATIENCE)
    assert "Secure" in answer.headers["set-cookie"]
    assert "no https" not in answer.text


def test_a_wrong_token_gets_a_sentence_and_another_try(browser: Browser, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    refused = browser.submit(browser.open("/sign-in?next=/tags"), token="wrong")
    assert refused.status_code == 401
    assert "There is no such token" in refused.text
    assert browser.submit(refused, token=secret).headers["location"] == "/tags"


def test_tries_are_counted(browser: Browser, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    statuses = [browser.sign_in(f"wrong-{number}").status_code for number in range(2 * TRIES_PER_MINUTE + 1)]
    assert 429 in statuses
    # The minute may end in between, but then another has begun with fewer tries than are allowed.
    assert statuses.count(401) <= 2 * TRIES_PER_MINUTE
    assert workspace.tokens.find(secret)


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\r\nX: 1", "", "a"]
)
def test_nobody_is_led_to_another_host(browser: Browser, workspace: Workspace, path: str) -> None:
    form = browser.open("/sign-in", params={"next": path})
    assert browser.submit(form, token=workspace.tokens.create("ci")).headers["location"] == "/"


def test_what_stands_in_the_address_is_text_on_the_page(browser: Browser) -> None:
    assert "<script>" not in browser.open("/sign-in", params={"next": '/"><script>alert(1)</script>'}).text


def test_a_form_from_elsewhere_signs_nobody_in(browser: Browser, workspace: Workspace) -> None:
    fields = {"token": workspace.tokens.create("ci")}
    forged = requests.post(f"{browser.address}/sign-in", fields, timeout=PATIENCE)
    assert forged.status_code == 403
    other = Browser(browser.address).open("/sign-in")
    assert browser.submit(other, **fields).status_code == 403
    foreign = {"Origin": "https://evil.example"}
    assert browser.post(f"{browser.address}/sign-in", fields, headers=foreign, timeout=PATIENCE).status_code == 403


def test_a_large_form_is_not_read(browser: Browser) -> None:
    assert browser.sign_in("x" * 10_000).status_code == 413


def test_a_session_ends_with_its_token(browser: Browser, workspace: Workspace) -> None:
    browser.sign_in(workspace.tokens.create("ci"))
    assert browser.open().url == f"{browser.address}/"
    workspace.tokens.revoke("ci")
    assert "/sign-in" in browser.open().url


def test_signing_out_asks_first_and_ends_the_session_for_every_copy_of_the_cookie(
    browser: Browser, workspace: Workspace
) -> None:
    browser.sign_in(workspace.tokens.create("ci"))
    copied = {cookie.name: str(cookie.value) for cookie in browser.cookies}
    page = browser.open("/sign-out")
    assert "with the token “ci”" in page.text
    assert browser.open().url == f"{browser.address}/"
    assert browser.post(f"{browser.address}/sign-out", timeout=PATIENCE).status_code == 403
    assert browser.submit(page, "/sign-out").headers["location"] == "/sign-in"
    assert "/sign-in" in browser.open().url
    assert requests.get(browser.address, cookies=copied, timeout=PATIENCE).status_code == 401
    assert browser.open("/sign-out").url == f"{browser.address}/sign-in"


def test_a_read_only_session_reads_and_sends_nothing(browser: Browser, workspace: Workspace) -> None:
    browser.sign_in(workspace.tokens.create("viewer", may_write=False))
    assert visitor(browser.open()) == {"is_here": True, "may_write": False, "token_name": "viewer"}
    assert browser.put(f"{browser.address}/_stcore/upload_file/a/b", timeout=PATIENCE).status_code == 403


def test_nobody_can_say_who_they_are(workspace: Workspace) -> None:
    forged = {"X-AL-Core-Visitor": '{"is_here": true, "may_write": true, "token_name": "root"}'}
    with served(dashboard()) as address:
        answer = requests.get(address, headers=forged, timeout=PATIENCE)
    assert visitor(answer) == {"is_here": True, "may_write": True, "token_name": ""}


def test_signing_in_and_out_is_written_down_without_the_token(browser: Browser, workspace: Workspace) -> None:
    secret = workspace.tokens.create("ci")
    browser.sign_in(secret)
    browser.submit(browser.open("/sign-out"), "/sign-out")
    log = (workspace.home / "audit.jsonl").read_text()
    entries = [json.loads(line) for line in log.splitlines()]
    assert [(entry["user"], entry["path"]) for entry in entries] == [("ci", "/sign-in"), ("ci", "/sign-out")]
    assert secret not in log
