"""A real server and a real browser. Everything in this folder is marked `e2e`.

`streamlit_server` is the address of the app, `page` a new browser page whose traffic is in `traffic`,
`screenshots` looks at a page in light and dark.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect, sync_playwright

from tests.e2e.chromium import find_chromium
from tests.e2e.navigation import wait_for_run
from tests.e2e.server import running_app
from tests.patience import PATIENCE

# Importing one to look for doctests would put its stand-ins into the product that the other tests run.
collect_ignore_glob = ["*_app.py"]
if "AL_CORE_TEST_DATABASE_URL" not in os.environ:
    # It needs PostgreSQL, which `make test-postgres` starts.
    collect_ignore_glob.append("test_beyond_one_machine.py")

TIMEOUT_MS = PATIENCE * 1000
expect.set_options(timeout=TIMEOUT_MS)
WIDTH, HEIGHT = 1440, 1000
MAX_HEIGHT = 6_000  # a grid of all images would be higher than Pillow reads


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("e2e")


@dataclass
class Traffic:
    """What the pages of one browser context sent and received."""

    urls: list[str] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)

    @property
    def hosts(self) -> set[str]:
        """Every host that was contacted over HTTP or WebSocket; `data:` and `blob:` contact none."""
        return {host for url in self.urls if (host := urlsplit(url).hostname)}

    def watch_socket(self, socket: WebSocket) -> None:
        self.urls.append(socket.url)
        socket.on("framesent", lambda frame: self.sent.append(len(frame)))
        socket.on("framereceived", lambda frame: self.received.append(len(frame)))


@pytest.fixture(scope="session")
def streamlit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_app(tmp_path_factory.mktemp("workspace")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.fail("the browser tests need a Chromium; `make test` installs one")
    with sync_playwright() as playwright:
        # Containers often have a /dev/shm of 64 MB, too small for a page with WebGL.
        browser = playwright.chromium.launch(executable_path=executable, args=["--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


@pytest.fixture
def page(browser: Browser, streamlit_server: str, traffic: Traffic) -> Iterator[Page]:
    """A page in a fresh context; `page.goto("/explore")` is relative to the server."""
    context = browser.new_context(base_url=streamlit_server, viewport={"width": WIDTH, "height": HEIGHT})
    context.set_default_timeout(TIMEOUT_MS)
    context.on("request", lambda request: traffic.urls.append(request.url))
    context.on("page", lambda page: page.on("websocket", traffic.watch_socket))
    yield context.new_page()
    context.close()


@pytest.fixture
def wait_until_idle(page: Page) -> Callable[[], None]:
    """Waits until the script behind the page has run to its end and every element has replaced its skeleton."""

    def wait() -> None:
        wait_for_run(page)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)

    return wait


@pytest.fixture
def screenshots(page: Page, wait_until_idle: Callable[[], None], tmp_path: Path) -> Callable[[str], list[Path]]:
    """`screenshots("/explore")` opens the path in light and in dark and returns the two PNG files."""

    def shoot(path: str) -> list[Path]:
        files = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(path)
            page.locator("h1").first.wait_for()
            wait_until_idle()
            files.append(tmp_path / f"{path.strip('/') or 'explore'}-{scheme}.png")
            # The page scrolls inside this element, so that a full-page screenshot would show only its upper part.
            height = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
            page.set_viewport_size({"width": WIDTH, "height": min(max(HEIGHT, height), MAX_HEIGHT)})
            page.screenshot(path=files[-1])
            page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        return files

    return shoot
