"""Where things stand on pages of the demo, from a phone to a wide window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.e2e.navigation import open_explore, wait_for_run

Wait = Callable[[], None]
PAGES = ("explore", "datasets", "predictions", "select", "rounds", "tags", "compare")
WIDTHS = (390, 820, 1440, 1920)
HEIGHT = 900
COLUMNS = ":is(.st-key-select-split, .st-key-select-split > *) > [data-testid='stHorizontalBlock'] > *"


def box_of(element: Locator) -> FloatRect:
    """Return where an element is drawn."""
    box = element.bounding_box()
    assert box
    return box


def open_at(page: Page, width: int, name: str, wait_until_idle: Wait) -> None:
    """Open a page in a window of that width and wait until it is whole."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.goto(f"/{name}")
    page.locator("h1").first.wait_for()
    wait_until_idle()


@pytest.mark.parametrize("width", WIDTHS)
def test_cards_share_the_width_of_the_page(page: Page, wait_until_idle: Wait, width: int) -> None:
    for name, cards in (("datasets", ".st-key-cards"), ("predictions", ".st-key-score-cards")):
        open_at(page, width, name, wait_until_idle)
        row = box_of(page.locator(cards))
        boxes = [box_of(card) for card in page.locator(f"{cards} > *").all()]
        heading = box_of(page.locator("h1").first)
        assert row["x"] == pytest.approx(heading["x"], abs=2)
        assert min(box["x"] for box in boxes) == pytest.approx(row["x"], abs=1), name
        right = max(box["x"] + box["width"] for box in boxes)
        assert right == pytest.approx(row["x"] + row["width"], abs=1), name


@pytest.mark.parametrize(("width", "is_above"), [(390, True), (820, True), (1199, True), (1440, False)])
def test_the_form_of_select_stands_above_its_result_in_a_narrow_window(
    page: Page, wait_until_idle: Wait, width: int, is_above: bool
) -> None:
    open_at(page, width, "select", wait_until_idle)
    form, result = (box_of(column) for column in page.locator(COLUMNS).all())
    assert (form["y"] + form["height"] <= result["y"]) is is_above
    assert (form["width"] == pytest.approx(result["width"], abs=1)) is is_above


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(page: Page, wait_until_idle: Wait, width: int) -> None:
    for name in PAGES:
        open_at(page, width, name, wait_until_idle)
        too_wide = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
        assert too_wide <= 0, name


@pytest.mark.parametrize("width", [390, 1440])
def test_what_images_look_like_is_a_chip_among_the_filters_and_a_toast_covers_no_primary_button(
    page: Page, width: int
) -> None:
    open_explore(page)
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.locator(".thumbnails button").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Find similar").click()
    toast = page.get_by_test_id("stToast")
    expect(toast).to_be_visible()
    covering = box_of(toast)
    for button in page.get_by_test_id("stMain").locator("button[kind^='primary']:visible").all():
        assert not overlap(covering, box_of(button)), button.inner_text()
    wait_for_run(page)
    expect(page.locator(".st-key-filter-row").get_by_role("button", name="100 images most like")).to_be_visible()


@pytest.mark.parametrize("width", [390, 820, 1199, 1440])
def test_undo_of_a_selection_does_not_cover_the_button_that_runs_the_next(
    page: Page, wait_until_idle: Wait, width: int
) -> None:
    open_at(page, width, "select", wait_until_idle)
    page.get_by_role("button", name="Run selection").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    wait_until_idle()
    assert not overlap(box_of(page.locator(".st-key-undo")), box_of(page.get_by_role("button", name="Run selection")))


def overlap(one: FloatRect, other: FloatRect) -> bool:
    """Return whether two boxes share a place."""
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]  # type: ignore[literal-required]
        for start, size in (("x", "width"), ("y", "height"))
    )
