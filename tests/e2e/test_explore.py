"""The explore page on the real demo: drag, draw, look, keep."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, expect

from al_core import workflow
from al_core.store import Workspace
from tests.e2e.conftest import Traffic
from tests.e2e.navigation import open_explore, press_button, wait_for_run
from tests.e2e.server import running_app

TOTAL = "1,797"


def drag(page: Page, area: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag between two places of an area, in shares of its sides."""
    box = area.bounding_box()
    assert box
    for move, (right, down) in (("down", start), ("up", end)):
        page.mouse.move(box["x"] + right * box["width"], box["y"] + down * box["height"], steps=6)
        getattr(page.mouse, move)()


def expect_fewer_than(page: Page, before: int) -> int:
    """Wait until the count of samples is below `before` and return it."""
    counted = page.get_by_text(re.compile(rf"^[\d,]+ of {TOTAL} images$"))
    expect(counted).not_to_have_text(f"{before:,} of {TOTAL} images")
    now = int(counted.inner_text().split()[0].replace(",", ""))
    assert now < before
    return now


def test_histogram_chips_map_grid_and_tag_follow_one_selection(
    page: Page, traffic: Traffic, wait_until_idle: Callable[[], None]
) -> None:
    open_explore(page)
    stage = page.locator(".stage")
    wait_until_idle()
    traffic.sent.clear()

    drag(page, page.locator(".histogram .plot").first, (0.51, 0.5), (0.99, 0.5))
    chip = page.get_by_role("button", name="Margin from 0.5")
    expect(chip).to_be_visible()
    uncertain = expect_fewer_than(page, 1797)
    expect(page.get_by_text("Outside the filter")).to_be_visible()

    page.locator(".map").focus()
    page.keyboard.press("b")
    drag(page, stage, (0.4, 0.02), (0.92, 0.98))
    expect(page.get_by_role("button", name="drawn on the map")).to_be_visible()
    drawn = expect_fewer_than(page, uncertain)

    images = page.locator(".thumbnails button")
    expect(page.locator(".thumbnails")).to_have_attribute("data-count", str(drawn))
    images.first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"1 − \(0\.\d{3} − 0\.\d{3}\) = 0\.\d{3}"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    with page.expect_download() as download:
        press_button(page, "Filenames")
    assert len(download.value.path().read_text().splitlines()) == drawn
    press_button(page, "New tag")
    expect(page.get_by_text(re.compile(rf"Created “explored-\d+” with {drawn:,} images"))).to_be_visible()

    chip.click()
    expect(chip).to_be_hidden()
    press_button(page, "Clear all")
    expect(page.get_by_text(f"{TOTAL} of {TOTAL} images")).to_be_visible()
    assert max(traffic.sent) < 10_000


def test_a_filename_filter_that_was_cleared_stays_cleared(page: Page, wait_until_idle: Callable[[], None]) -> None:
    open_explore(page)
    wait_until_idle()
    page.get_by_role("button", name="Filters").first.click()
    page.get_by_role("textbox", name="Filename contains").fill("zebra")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"0 of {TOTAL} images")).to_be_visible()
    page.keyboard.press("Escape")
    press_button(page, "Clear all")
    expect(page.get_by_text(f"{TOTAL} of {TOTAL} images")).to_be_visible()
    wait_until_idle()
    page.locator(".thumbnails button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_text(f"{TOTAL} of {TOTAL} images")).to_be_attached()


def test_a_histogram_is_moved_with_the_keyboard_and_cleared_by_dragging_the_same_again(
    page: Page, wait_until_idle: Callable[[], None]
) -> None:
    open_explore(page)
    low = page.get_by_role("slider", name="Lowest value of Margin kept")
    low.focus()
    for _ in range(4):
        low.press("Shift+ArrowRight")
    expect(page.get_by_role("button", name="Margin from 0.5")).to_be_visible()
    low.press("Escape")
    expect(page.get_by_text(f"{TOTAL} of {TOTAL} images")).to_be_visible()
    plot = page.locator(".histogram .plot").first
    chip = page.get_by_role("button", name="Margin 0.25 to 0.5")
    for n_chips in (1, 0):
        wait_until_idle()
        drag(page, plot, (0.26, 0.5), (0.49, 0.5))
        expect(chip).to_have_count(n_chips)


def test_select_opens_with_what_was_drawn_while_umap_is_still_under_way(page: Page, tmp_path: Path) -> None:
    # The demo comes with its map.
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "offered").touch()
    with Workspace(tmp_path) as workspace:
        points = np.random.default_rng(0).normal(size=(500, 8))
        workflow.create_dataset(workspace, "points", [f"{row}.png" for row in range(500)], points)
    with running_app(tmp_path) as address:
        page.goto(f"{address}/explore")
        press_button(page, "Select from these")
        expect(page).to_have_url(re.compile("/select"))
        expect(page.get_by_role("heading", name="Select", level=1)).to_be_visible()
        wait_for_run(page)
        expect(page.get_by_role("combobox", name=re.compile("Choose from"))).to_be_visible()
        expect(page.get_by_role("heading", name="Select", level=1)).to_be_visible()


def test_the_links_of_the_loop_are_not_cut_off_by_their_row(page: Page) -> None:
    page.goto("/explore")
    link = page.locator(".st-key-loop a").first
    link.wait_for()
    assert link.evaluate("link => link.clientHeight <= link.closest('.st-key-loop').clientHeight")


def test_the_map_has_its_place_before_it_is_drawn(page: Page) -> None:
    open_explore(page)
    panel = page.locator(".st-key-explore-panel")
    before = panel.bounding_box()
    page.locator(".st-key-explore-map").evaluate("map => map.parentElement.remove()")
    assert panel.bounding_box() == before
