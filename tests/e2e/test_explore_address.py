"""The view of Explore in the address: reloaded, sent to somebody, left and come back to."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import TIMEOUT_MS
from tests.e2e.navigation import go_to, open_explore
from tests.e2e.test_explore import TOTAL, drag

CHIP = "Margin from 0.5"


def count_of(page: Page) -> str:
    return page.get_by_text(re.compile(rf"^[\d,]+ of {TOTAL} images$")).inner_text()


def test_a_view_is_the_same_after_a_reload_and_for_whoever_gets_its_address(
    page: Page, browser: Browser, wait_until_idle: Callable[[], None]
) -> None:
    open_explore(page)
    wait_until_idle()
    drag(page, page.locator(".histogram .plot").first, (0.51, 0.5), (0.99, 0.5))
    expect(page.get_by_role("button", name=CHIP)).to_be_visible()
    page.get_by_role("combobox", name="Color by").click()
    page.get_by_role("option", name="Predicted class").click()
    expect(page.locator(".legend h3")).to_have_text("Predicted class")
    expect(page).to_have_url(re.compile("color=predicted"))
    page.locator(".map").focus()
    page.keyboard.press("b")
    drag(page, page.locator(".stage"), (0.3, 0.05), (0.9, 0.95))
    expect(page.get_by_role("button", name="drawn on the map")).to_be_visible()
    expect(page).to_have_url(re.compile("range=.*outline="))
    wait_until_idle()
    seen = count_of(page)

    def expect_the_same(other: Page) -> None:
        expect(other.get_by_text(seen, exact=True)).to_be_visible()
        for name in (CHIP, "drawn on the map"):
            expect(other.get_by_role("button", name=name)).to_be_visible()
        expect(other.locator(".legend h3")).to_have_text("Predicted class")
        expect(other.locator(".chip")).to_be_visible()

    page.reload()
    expect_the_same(page)
    context = browser.new_context()
    context.set_default_timeout(TIMEOUT_MS)
    somebody = context.new_page()
    somebody.goto(page.url)
    expect_the_same(somebody)
    context.close()


def test_back_takes_one_press_and_leads_to_the_view_that_was_left(
    page: Page, wait_until_idle: Callable[[], None]
) -> None:
    # Once, so that its last map is there when somebody comes back.
    open_explore(page)
    page.goto("/tags")
    page.get_by_role("heading", name="Tags", level=1).wait_for()
    wait_until_idle()
    go_to(page, "Explore")
    page.locator(".map[data-ready='1797'] .stage").wait_for()
    wait_until_idle()
    drag(page, page.locator(".histogram .plot").first, (0.51, 0.5), (0.99, 0.5))
    expect(page.get_by_role("button", name=CHIP)).to_be_visible()
    page.locator(".map").focus()
    page.keyboard.press("b")
    drag(page, page.locator(".stage"), (0.3, 0.05), (0.9, 0.95))
    expect(page.get_by_role("button", name="drawn on the map")).to_be_visible()
    expect(page).to_have_url(re.compile("outline="))
    wait_until_idle()
    seen = count_of(page)
    go_to(page, "Select")
    page.go_back()
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible()
    expect(page.get_by_text(seen, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="drawn on the map")).to_be_visible()
    wait_until_idle()
    page.go_back()
    expect(page.get_by_role("heading", name="Tags", level=1)).to_be_visible()


def test_an_outline_that_came_back_is_cleared_like_any_other(page: Page, wait_until_idle: Callable[[], None]) -> None:
    open_explore(page)
    wait_until_idle()
    page.locator(".map").focus()
    page.keyboard.press("b")
    drag(page, page.locator(".stage"), (0.3, 0.05), (0.9, 0.95))
    expect(page).to_have_url(re.compile("outline="))
    wait_until_idle()
    page.reload()
    expect(page.locator(".chip")).to_be_visible()
    page.get_by_label("Clear the selection").click()
    expect(page.get_by_text(f"{TOTAL} of {TOTAL} images")).to_be_visible()
    expect(page).not_to_have_url(re.compile("outline="))
    page.reload()
    expect(page.get_by_text(f"{TOTAL} of {TOTAL} images")).to_be_visible()
    expect(page.locator(".chip")).to_be_hidden()
