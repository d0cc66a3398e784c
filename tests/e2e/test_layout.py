"""Where things stand on pages of the demo, from a phone to a wide window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator, Page

Wait = Callable[[], None]
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
