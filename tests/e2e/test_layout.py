"""Where things stand on pages of the demo, from a phone to a wide window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator, Page, Route, expect

from tests.e2e.navigation import open_explore, wait_for_run

Wait = Callable[[], None]
PAGES = ("explore", "datasets", "predictions", "select", "rounds", "tags", "compare")
WIDTHS = (390, 820, 1440, 1920)
HEIGHT = 900
# The sidebar slides in or out over some frames, and the page with it; on a busy machine frames are far apart.
UNTIL_STILL = """async () => {
  const place = () => JSON.stringify(document.querySelector("h1").getBoundingClientRect());
  const pause = () => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve), 100));
  for (let still = 0, last = place(); still < 5; last = place()) {
    await pause();
    still = place() === last ? still + 1 : 0;
  }
}"""
COLUMNS = ".st-key-select-split > * > * > [data-testid='stColumn']"


def box_of(element: Locator) -> FloatRect:
    """Return where an element is drawn."""
    box = element.bounding_box()
    assert box
    return box


def open_page(page: Page, name: str, wait_until_idle: Wait) -> None:
    """Open a page and wait until it is whole."""
    page.goto(f"/{name}")
    page.locator("h1").first.wait_for()
    wait_until_idle()


def set_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.evaluate(UNTIL_STILL)


@pytest.mark.parametrize(("name", "cards"), [("datasets", ".st-key-cards"), ("predictions", ".st-key-score-cards")])
def test_cards_share_the_width_of_the_page(page: Page, wait_until_idle: Wait, name: str, cards: str) -> None:
    open_page(page, name, wait_until_idle)
    for width in WIDTHS:
        set_width(page, width)
        row = box_of(page.locator(cards))
        boxes = [box_of(card) for card in page.locator(f"{cards} > *").all()]
        assert row["x"] == pytest.approx(box_of(page.locator("h1").first)["x"], abs=2)
        assert min(box["x"] for box in boxes) == pytest.approx(row["x"], abs=1)
        right = max(box["x"] + box["width"] for box in boxes)
        assert right == pytest.approx(row["x"] + row["width"], abs=1)
        # Those beside the first end where it ends.
        heights = {round(box["height"]) for box in boxes if box["y"] == boxes[0]["y"]}
        assert len(heights) == 1, width


def test_the_images_of_a_card_are_squares(page: Page, wait_until_idle: Wait) -> None:
    open_page(page, "datasets", wait_until_idle)
    for width in WIDTHS:
        set_width(page, width)
        for image in page.locator(".card-images img").all():
            assert box_of(image)["width"] == pytest.approx(box_of(image)["height"], abs=1), width


def test_the_buttons_of_a_model_stand_beside_its_description_or_below(page: Page, wait_until_idle: Wait) -> None:
    open_page(page, "predictions", wait_until_idle)
    for width, is_beside in ((390, False), (1440, True), (1920, True)):
        set_width(page, width)
        description = box_of(page.locator(".st-key-models").get_by_text("classification ·").first)
        button = box_of(page.locator(".st-key-models").get_by_role("button", name="Delete").first)
        assert (button["y"] < description["y"] + description["height"]) is is_beside, width
        assert not overlap(description, button), width


def test_the_form_of_select_stands_above_its_result_in_a_narrow_window(page: Page, wait_until_idle: Wait) -> None:
    open_page(page, "select", wait_until_idle)
    for width, is_above in ((390, True), (820, True), (1199, True), (1200, False), (1440, False)):
        set_width(page, width)
        form, result = (box_of(column) for column in page.locator(COLUMNS).all())
        assert (form["y"] + form["height"] <= result["y"]) is is_above, width
        assert (form["width"] == pytest.approx(result["width"], abs=1)) is is_above, width


def test_no_page_and_no_table_of_rows_scrolls_sideways(page: Page, wait_until_idle: Wait) -> None:
    for name in PAGES:
        open_page(page, name, wait_until_idle)
        for width in WIDTHS:
            set_width(page, width)
            for part in [page.get_by_test_id("stMain"), *page.locator(".rows").all()]:
                assert part.evaluate("part => part.scrollWidth - part.clientWidth") <= 0, (name, width)


def test_arrow_keys_lead_through_a_table_and_one_press_of_tab_past_it(page: Page, wait_until_idle: Wait) -> None:
    open_page(page, "tags", wait_until_idle)
    ticks = page.locator(".rows input")
    ticks.first.focus()
    page.keyboard.press("ArrowDown")
    expect(ticks.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(ticks.last).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".rows input:focus")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    expect(ticks.last).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".rows input:focus")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1440])
def test_what_images_look_like_is_a_chip_among_the_filters_and_a_toast_covers_no_primary_button(
    page: Page, width: int
) -> None:
    open_explore(page)
    set_width(page, width)
    page.locator(".thumbnails button").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Find similar").click()
    toast = page.get_by_test_id("stToast")
    expect(toast).to_be_visible()
    covering = box_of(toast)
    for button in page.get_by_test_id("stMain").locator("button[kind^='primary']:visible").all():
        assert not overlap(covering, box_of(button)), button.inner_text()
    wait_for_run(page)
    expect(page.locator(".st-key-filter-row").get_by_role("button", name="100 images most like")).to_be_visible()


def test_undo_of_a_selection_does_not_cover_the_button_that_runs_the_next(page: Page, wait_until_idle: Wait) -> None:
    open_page(page, "select", wait_until_idle)
    run = page.get_by_role("button", name="Run selection")
    run.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    wait_until_idle()
    for width in (390, 820, 1199, 1440):
        set_width(page, width)
        assert not overlap(box_of(page.locator(".st-key-undo")), box_of(run)), width


def overlap(one: FloatRect, other: FloatRect) -> bool:
    """Return whether two boxes share a place."""
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]  # type: ignore[literal-required]
        for start, size in (("x", "width"), ("y", "height"))
    )


def hold_back(page: Page, script: str) -> list[Route]:
    """Let a script wait, and return the list that its request comes into."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/{script}.*.js", hold)
    return held


def test_nothing_below_a_link_moves_when_the_script_of_links_arrives_late(page: Page) -> None:
    held = hold_back(page, "PageLink")
    # What is preloaded belongs to the load event.
    page.goto("/rounds", wait_until="commit")
    below = page.get_by_role("heading", name="Learning curve")
    below.wait_for()
    wait_for_run(page)
    # Those of other scripts come in any order.
    links = ":is(.st-key-loop, .st-key-next-step, .st-key-footer) [data-testid='stSkeleton']"
    expect(page.locator(f"[data-testid='stSkeleton']:not({links})")).to_have_count(0)
    before = box_of(below)
    assert page.locator(".st-key-next-step [data-testid='stSkeleton']").count()
    for route in held:
        route.continue_()
    page.locator(".st-key-next-step a").wait_for()
    assert box_of(below)["y"] == pytest.approx(before["y"], abs=2)


def test_nothing_below_a_table_moves_when_the_script_of_tables_arrives_late(page: Page) -> None:
    held = hold_back(page, "BidiComponent")
    page.goto("/tags", wait_until="commit")
    place = page.locator("[class*='st-key-tag-table-of-']")
    place.wait_for()
    wait_for_run(page)
    height = box_of(place)["height"]
    assert page.get_by_role("table", name="Tags").count() == 0
    for route in held:
        route.continue_()
    page.get_by_role("table", name="Tags").wait_for()
    assert box_of(place)["height"] == pytest.approx(height, abs=2)


@pytest.mark.parametrize("name", ["explore", "rounds"])
def test_the_name_of_a_page_stands_where_its_heading_comes(page: Page, wait_until_idle: Wait, name: str) -> None:
    style = "(name) => { const style = getComputedStyle(document.body, '::after'); return style[name]; }"
    for width in (820, 1440):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.route("**/static/js/*", lambda route: route.abort())
        page.goto(f"/{name}", wait_until="domcontentloaded")
        drawn = {key: page.evaluate(style, key) for key in ("content", "left", "top")}
        page.unroute("**/static/js/*")
        open_page(page, name, wait_until_idle)
        heading = page.locator("h1").first.evaluate(
            "(heading) => { const range = document.createRange(); range.selectNodeContents(heading);"
            " const { x, y } = range.getBoundingClientRect(); return { x, y }; }"
        )
        assert drawn["content"] == f'"{page.locator("h1").first.inner_text()}"'
        assert float(drawn["left"][:-2]) == pytest.approx(heading["x"], abs=1)
        assert float(drawn["top"][:-2]) == pytest.approx(heading["y"], abs=2)
        assert page.evaluate(style, "content") == "none"
        # As between two pages, when the name would be that of the first.
        page.evaluate("document.querySelector('h1').remove()")
        assert page.evaluate(style, "content") == "none"
