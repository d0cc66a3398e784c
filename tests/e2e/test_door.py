"""The dashboard from another machine, in a real browser: signing in, what pages may load, and proxies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from al_core.store import Workspace
from tests.e2e.conftest import TIMEOUT_MS, Traffic
from tests.e2e.nginx import FORWARDING, running_nginx
from tests.e2e.server import running_app
from tests.patience import PATIENCE
from tests.serving import served

PAGES = ["predictions", "explore", "select", "tags", "datasets"]
WITHOUT_HEADERS = 'proxy_set_header Host "localhost";'
PLAIN_HEADERS = "proxy_set_header Host $http_host;"
ALLOWANCES = [
    ("script-src", "blob:"),
    ("script-src", "'sha256-"),
    ("style-src", "'unsafe-inline'"),
    ("img-src", "data:"),
    ("font-src", "data:"),
]


@dataclass(frozen=True)
class Guarded:
    """A dashboard at which everybody signs in, and a token that may write and one that may not."""

    address: str
    secret: str
    reading_secret: str


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    home = tmp_path_factory.mktemp("guarded")
    with Workspace(home) as workspace:
        secret = workspace.tokens.create("ana")
        reading_secret = workspace.tokens.create("viewer", may_write=False)
    with running_app(home, AL_CORE_REQUIRE_TOKEN="1") as address:
        yield Guarded(address, secret, reading_secret)


@pytest.fixture
def messages(page: Page) -> list[str]:
    """Errors and warnings in the browser's console, and errors of scripts."""
    texts: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            texts.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: texts.append(str(error)))
    return texts


def is_refusal(text: str, directive: str) -> bool:
    """Whether a message in the console says that the policy has refused something."""
    return "Content Security Policy" in text and directive in text


def without(policy: str, directive: str, source: str) -> str:
    """The policy with the sources removed from a directive that begin like this one."""
    parts = [part.split() for part in policy.split(";")]
    lesser = [[value for value in part if part[0] != directive or not value.startswith(source)] for part in parts]
    return "; ".join(" ".join(part) for part in lesser)


def sign_in(page: Page, address: str, secret: str) -> None:
    page.goto(address)
    page.get_by_label("Token").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible()


def test_a_token_is_asked_for_once_and_signing_out_asks_again(page: Page, guarded: Guarded) -> None:
    page.goto(f"{guarded.address}/explore")
    page.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("There is no such token; it may have been revoked.")
    page.get_by_label("Token").fill(guarded.secret)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible()
    page.goto(f"{guarded.address}/tags")
    expect(page.get_by_role("heading", name="Tags", level=1)).to_be_visible()
    expect(page.get_by_text("Signed in as ana")).to_be_visible()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(guarded.address)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_in_needs_no_script(browser: Browser, guarded: Guarded) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto(f"{guarded.address}/sign-in")
    page.get_by_label("Token").fill(guarded.secret)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{guarded.address}/explore")
    assert [cookie["name"] for cookie in context.cookies() if cookie.get("httpOnly")]
    context.close()


def test_the_sign_in_page_is_legible_in_light_and_dark_and_loads_nothing(
    page: Page, guarded: Guarded, traffic: Traffic, messages: list[str]
) -> None:
    colors = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{guarded.address}/sign-in")
        colors[scheme] = page.evaluate(
            "[document.body, document.querySelector('main')].map(e => getComputedStyle(e).backgroundColor)"
        )
    assert colors["light"] == ["rgb(245, 247, 249)", "rgb(255, 255, 255)"]
    assert colors["dark"] == ["rgb(13, 16, 19)", "rgb(27, 33, 38)"]
    assert {urlsplit(url).path for url in traffic.urls} <= {"/sign-in", "/favicon.ico"}
    assert messages == []


def test_a_read_only_visitor_sees_every_page_and_finds_nothing_to_press(
    page: Page, guarded: Guarded, messages: list[str], wait_until_idle: Callable[[], None]
) -> None:
    sign_in(page, guarded.address, guarded.reading_secret)
    expect(page.get_by_text("Signed in as viewer. You are signed in read-only.")).to_be_visible()
    for name in PAGES:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name.capitalize()).click()
        expect(page).to_have_title(name.capitalize())
        wait_until_idle()
        assert page.get_by_test_id("stAlertContentError").all_inner_texts() == []
    expect(page.get_by_role("button", name="More").first).to_be_disabled()
    assert messages == []


def test_every_page_works_under_the_policy_and_asks_no_other_host(
    page: Page, messages: list[str], traffic: Traffic, wait_until_idle: Callable[[], None]
) -> None:
    page.goto("/")
    for name in PAGES:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name.capitalize()).click()
        expect(page).to_have_title(name.capitalize())
        wait_until_idle()
    assert messages == []
    assert traffic.hosts == {"127.0.0.1"}


@pytest.mark.parametrize(("directive", "source"), ALLOWANCES)
def test_the_policy_allows_nothing_that_no_page_needs(
    page: Page, streamlit_server: str, tmp_path: Path, directive: str, source: str
) -> None:
    policy = requests.get(streamlit_server, timeout=PATIENCE).headers["content-security-policy"]
    headers = f"""
        {PLAIN_HEADERS}
        proxy_hide_header Content-Security-Policy;
        add_header Content-Security-Policy "{without(policy, directive, source)}";
    """
    with (
        running_nginx(tmp_path / "nginx", streamlit_server, headers) as address,
        page.expect_console_message(lambda message: is_refusal(message.text, directive)),
    ):
        page.goto(f"{address}/explore")


def test_no_page_of_another_site_frames_the_dashboard(page: Page, streamlit_server: str) -> None:
    async def portal(_request: Request) -> HTMLResponse:
        return HTMLResponse(f"<iframe src='{streamlit_server}'></iframe>")

    with (
        served(Starlette(routes=[Route("/", portal)])) as address,
        page.expect_console_message(lambda message: is_refusal(message.text, "frame-ancestors")),
    ):
        page.goto(address)


@pytest.mark.parametrize("headers", [FORWARDING, 'proxy_set_header Via "1.1 nginx";'], ids=["forwarding", "via"])
def test_behind_a_proxy_that_says_so_everybody_signs_in(
    page: Page, guarded: Guarded, tmp_path: Path, streamlit_server: str, headers: str
) -> None:
    with running_nginx(tmp_path / "nginx", streamlit_server, headers) as address:
        assert requests.get(address, timeout=PATIENCE).status_code == 401
        assert requests.get(f"{address}/v1/datasets", timeout=PATIENCE).status_code == 401
        assert (
            requests.get(address, headers={"Accept": "text/html"}, timeout=PATIENCE).url == f"{address}/sign-in?next=/"
        )


def test_through_a_proxy_a_browser_signs_in_and_uses_the_dashboard(
    page: Page, guarded: Guarded, tmp_path: Path, traffic: Traffic, wait_until_idle: Callable[[], None]
) -> None:
    with running_nginx(tmp_path / "nginx", guarded.address, FORWARDING) as address:
        sign_in(page, address, guarded.secret)
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Explore").click()
        expect(page).to_have_title("Explore")
        wait_until_idle()
        assert any(url.startswith(address.replace("http", "ws")) for url in traffic.urls)


def test_a_proxy_without_these_headers_is_kept_out_by_the_name_it_asks_for_or_by_requiring_tokens(
    guarded: Guarded, streamlit_server: str, tmp_path: Path
) -> None:
    name = {"Host": "gpu-box"}
    with running_nginx(tmp_path / "a", streamlit_server, PLAIN_HEADERS) as address:
        assert requests.get(address, headers=name, timeout=PATIENCE).status_code == 403
    # Nothing tells this one from a local browser; docs/security.md says so, and what to do.
    with running_nginx(tmp_path / "b", streamlit_server, WITHOUT_HEADERS) as address:
        assert requests.get(address, headers=name, timeout=PATIENCE).status_code == 200
    with running_nginx(tmp_path / "c", guarded.address, WITHOUT_HEADERS) as address:
        assert requests.get(address, headers=name, timeout=PATIENCE).status_code == 401
