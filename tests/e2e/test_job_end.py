"""A page shows how its job ended, whatever becomes of the requests and answers in between."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import TIMEOUT_MS
from tests.e2e.navigation import press_button
from tests.e2e.server import running_app


@pytest.fixture
def late_page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    with running_app(tmp_path, "tests/e2e/late_requests_app.py") as address:
        page = browser.new_page(base_url=address)
        page.set_default_timeout(TIMEOUT_MS)
        page.goto("/")
        yield page
        page.close()


def test_a_page_redraws_at_the_end_of_its_job_when_the_server_handles_requests_late(late_page: Page) -> None:
    start_and_end(late_page)
    expect(late_page.get_by_role("heading", name="It has ended")).to_be_visible()
    expect(late_page.get_by_role("progressbar")).to_have_count(0)


def test_a_page_asks_again_when_its_first_question_fails(late_page: Page) -> None:
    late_page.route("/jobs/**", failing(3))
    start_and_end(late_page)
    expect(late_page.get_by_role("heading", name="It has ended")).to_be_visible()


def start_and_end(page: Page) -> None:
    press_button(page, "Start")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("Working · ")).to_be_visible()
    press_button(page, "Let it end")


def failing(times: int) -> Callable[[Route], None]:
    left = list(range(times))

    def handle(route: Route) -> None:
        if left:
            left.pop()
            route.abort()
        else:
            route.continue_()

    return handle
