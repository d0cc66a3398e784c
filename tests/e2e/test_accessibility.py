"""axe-core over every page of the demo, with a word explained, in both themes: WCAG 2.2, levels A and AA."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

PAGES = ["datasets", "predictions", "explore", "select", "compare", "rounds", "tags"]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# What the widget shows on a page with nothing else: the buttons of a choice of several are smaller than 24 pixels.
OF_STREAMLIT = '[data-testid="stMultiSelect"]'


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_axe_clean(page: Page, wait_until_idle: Callable[[], None], scheme: str) -> None:
    # Colors that are still fading in have a lower contrast.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    for name in PAGES:
        page.goto(f"/{name}")
        page.locator("h1").first.wait_for()
        wait_until_idle()
        # While a job is under way, labels of what waits for it are pale.
        expect(page.get_by_role("progressbar")).to_have_count(0)
        wait_until_idle()
        for links in ("stSidebarNavLink", "stPageLink-NavLink"):
            assert focus_ring(page.get_by_test_id(links).first) == "solid", name
        open_first_word(page)
        assert violations(page) == [], name


def focus_ring(link: Locator) -> str:
    """Focus a link as the keyboard does and return how it is outlined."""
    link.focus()
    return str(link.evaluate("link => getComputedStyle(link).outlineStyle"))


def open_first_word(page: Page) -> None:
    """Open what the first word of the page means, by keyboard; it stays open over the page."""
    page.locator(".word").first.press("Enter")
    expect(page.locator(".meaning:popover-open")).to_be_visible()


def violations(page: Page) -> list[tuple[str, str]]:
    """The rule and the element of each violation that is ours."""
    return [
        (violation["id"], node["html"])
        for violation in Axe().run(page, options=RULES).response["violations"]
        for node in violation["nodes"]
        if not is_of_streamlit(page, node["target"][0])
    ]


def is_of_streamlit(page: Page, target: Any) -> bool:
    # A list leads through shadow roots, which only our own components have.
    if isinstance(target, list):
        return False
    return bool(page.locator(target).evaluate("(node, widget) => !!node.closest(widget)", OF_STREAMLIT))
