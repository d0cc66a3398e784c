from playwright.sync_api import Page, expect

# In the tab itself, whose storage outlives a reload; a press on a label would be two clicks. On the document and not
# the window, where Playwright stops a press whose target has moved meanwhile, to press again.
COUNT_CLICKS = """document.addEventListener("pointerdown", () => {
  sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0);
}, true)"""


def count_clicks(page: Page) -> None:
    """Count from now on how often somebody presses the mouse."""
    page.add_init_script(COUNT_CLICKS)


def clicks(page: Page) -> int:
    """Return how often somebody has pressed the mouse since `count_clicks`."""
    return int(page.evaluate("Number(sessionStorage.clicks ?? 0)"))


def go_to(page: Page, name: str) -> None:
    """Follow a link of the sidebar and wait until no element of the page before is left."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    wait_for_run(page)


def open_explore(page: Page, address: str = "/explore") -> None:
    """Open Explore of the demo and wait for its last map.

    UMAP takes the place of PCA some time after the page was opened for the first time; the page is drawn anew then.
    """
    page.goto(address)
    page.locator(".map[data-ready='1797'] .stage").wait_for()
    expect(page.locator("[role=radio][aria-checked=true]", has_text="UMAP")).to_be_attached()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    wait_for_run(page)


def press_button(page: Page, name: str) -> None:
    """Press the one button of that name once no earlier one stands beside it, as happens while a page is redrawn."""
    button = page.get_by_role("button", name=name)
    expect(button).to_have_count(1)
    # The page may be redrawn between the two steps; then both buttons are the same widget to the server.
    button.first.click()


def wait_for_run(page: Page) -> None:
    """Wait until the script behind the page has finished and drawn everything again."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    expect(page.locator('[data-stale="true"]')).to_have_count(0)
