"""A stranger's first minute: from the address to a list of filenames in two clicks, and back again."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Traffic
from tests.e2e.navigation import clicks, count_clicks, go_to, press_button, wait_for_run
from tests.e2e.server import running_app


@pytest.fixture(scope="module")
def streamlit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_app(tmp_path_factory.mktemp("workspace")) as address:
        yield address


def test_going_back_takes_one_press_and_no_page_asks_for_what_is_not_there(
    page: Page, wait_until_idle: Callable[[], None]
) -> None:
    answers: list[tuple[int, str]] = []
    page.on("response", lambda response: answers.append((response.status, response.url)))
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/explore\?dataset=\w+(&map=UMAP)?$"))
    wait_until_idle()
    go_to(page, "Tags")
    expect(page).to_have_url(re.compile(r"/tags\?dataset=\w+$"))
    # Below the table comes what can be done with the line that is ticked, by the keyboard or anywhere in it.
    page.get_by_role("checkbox", name="Choose initial-selection").press("Space")
    expect(page.get_by_role("heading", name="initial-selection", level=3)).to_be_visible()
    wait_until_idle()
    page.locator(".rows").get_by_text("round 1", exact=True).click()
    expect(page.get_by_role("heading", name="2 tags")).to_be_visible()
    wait_until_idle()
    page.go_back()
    # The address names the map from when UMAP is ready, which may be by now.
    expect(page).to_have_url(re.compile(r"/explore\?dataset=\w+(&map=UMAP)?$"))
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible()
    page.goto("/datasets")
    expect(page.get_by_role("heading", name="Datasets", level=1)).to_be_visible()
    wait_until_idle()
    assert [url for status, url in answers if status >= 400] == []
    assert not page.get_by_role("dialog").count()


def test_two_clicks_lead_to_a_list_and_a_closed_hint_stays_closed(
    page: Page, traffic: Traffic, wait_until_idle: Callable[[], None]
) -> None:
    count_clicks(page)
    page.goto("/")
    expect(page.get_by_text("Which of these 1,797 images should you label next?")).to_be_visible()
    # The batch is on the map, and in no tag.
    expect(page.get_by_role("button", name=re.compile("Next to label"))).to_be_visible()
    wait_until_idle()
    press_button(page, "Pick these 32")
    with page.expect_download() as download:
        press_button(page, "Download the list")
    assert len(Path(download.value.path()).read_text().split()) == 32
    assert clicks(page) == 2
    expect(page.get_by_text("32 images of “al-iteration-1” are with labelers.").first).to_be_visible()
    press_button(page, "Close")
    expect(page.get_by_role("button", name="Close")).to_have_count(0)
    wait_for_run(page)
    page.reload()
    expect(page.get_by_text("1,797 images in total")).to_be_visible()
    expect(page.get_by_role("button", name="Close")).to_have_count(0)
    assert traffic.hosts == {"127.0.0.1"}
