"""The images of Explore: made as far as somebody scrolls, with what was predicted drawn over them."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from al_core.demos import scenes
from al_core.store import Workspace
from tests.e2e.navigation import open_explore, wait_for_run
from tests.e2e.server import running_app

DETECTION = "object-detection"
KEYPOINTS = "keypoint-detection"
SEGMENTATION = "semantic-segmentation"
IS_WIDER = """before => [...document.querySelectorAll("*")].some(
  (e) => e.shadowRoot?.querySelector(".thumbnails button")?.clientWidth > 1.5 * before)"""


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a server with a dataset of each task with shapes, and the ids of these."""
    home = tmp_path_factory.mktemp("shapes")
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    with Workspace(home) as workspace:
        ids = {task: scenes.build(workspace, task).id for task in (DETECTION, KEYPOINTS, SEGMENTATION)}
    with running_app(home) as address:
        yield address, ids


@pytest.mark.parametrize(
    ("task", "shape"), [(DETECTION, "rect:not(.rim)"), (KEYPOINTS, "path.point"), (SEGMENTATION, "image.mask")]
)
def test_tiles_show_what_was_predicted(page: Page, demos: tuple[str, dict[str, str]], task: str, shape: str) -> None:
    address, ids = demos
    page.goto(f"{address}/explore?dataset={ids[task]}")
    expect(page.locator(f".thumbnails button {shape}").first).to_be_attached()


def test_a_class_has_the_same_color_on_each_tile_and_in_the_large_view(
    page: Page, demos: tuple[str, dict[str, str]]
) -> None:
    address, ids = demos
    page.goto(f"{address}/explore?dataset={ids[DETECTION]}")
    # What is predicted comes for each tile on its own, and the first one is opened.
    page.locator(".thumbnails button").first.locator("rect:not(.rim)").first.wait_for(state="attached")
    colors: dict[str, set[str]] = {}
    for label, color in page.locator(".thumbnails rect:not(.rim)").evaluate_all(
        "boxes => boxes.map((box) => [box.textContent.split(' ')[0], box.getAttribute('stroke')])"
    ):
        colors.setdefault(label, set()).add(color)
    assert all(len(of_class) == 1 for of_class in colors.values())
    page.locator(".thumbnails button").first.click()
    box = page.get_by_role("dialog").locator(".sample-box").first
    expect(box).to_be_visible()
    label, color = box.evaluate("box => [box.textContent.trim().split(' ')[0], box.dataset.color]")
    assert {color} == colors[label]


def test_only_the_tiles_in_view_are_made_and_the_arrow_keys_lead_through_all(
    page: Page, wait_until_idle: Callable[[], None]
) -> None:
    open_explore(page)
    wait_until_idle()
    grid = page.locator(".thumbnails")
    expect(grid).to_have_attribute("data-count", "1797")
    tiles = grid.get_by_role("button")
    expect(tiles.first).to_be_visible()
    assert tiles.count() < 1797
    tiles.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(grid.locator("button[data-at='2']")).to_be_focused()
    page.keyboard.press("End")
    expect(grid.locator("button[data-at='1796']")).to_be_focused()
    # Tab leads past all others.
    assert grid.locator("button[tabindex='0']").get_attribute("data-at") == "1796"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_size_of_the_tiles_stays_for_the_next_visit(page: Page) -> None:
    open_explore(page)
    tile = page.locator(".thumbnails button").first
    tile.wait_for()
    width = tile.evaluate("tile => tile.clientWidth")
    slider = page.get_by_role("slider", name="Size of the images")
    slider.focus()
    slider.press("End")
    page.wait_for_function(IS_WIDER, arg=width)
    page.reload()
    tile.wait_for()
    page.wait_for_function(IS_WIDER, arg=width)


def test_the_images_are_as_wide_as_somebody_wants_and_stand_below_the_map_on_a_key(
    page: Page, wait_until_idle: Callable[[], None]
) -> None:
    open_explore(page)
    wait_until_idle()
    stage = page.locator(".stage")

    def width() -> float:
        box = stage.bounding_box()
        assert box
        return box["width"]

    before = width()
    handle = page.get_by_role("separator", name="Width of the map")
    handle.focus()
    handle.press("ArrowRight")
    handle.press("ArrowRight")
    assert width() > before + 40
    page.locator(".map").focus()
    page.keyboard.press("d")
    expect(page.get_by_role("separator", name="Height of the map")).to_be_attached()
    assert width() > 1.3 * before
    page.reload()
    wait_for_run(page)
    expect(page.get_by_role("separator", name="Height of the map")).to_be_attached()


def test_the_large_view_leads_to_the_next_image_and_back(page: Page, wait_until_idle: Callable[[], None]) -> None:
    open_explore(page)
    wait_until_idle()
    page.locator(".thumbnails button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 of 1,797")).to_be_visible()
    expect(dialog.get_by_role("button", name="Previous")).to_be_disabled()
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.get_by_text("2 of 1,797")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("3 of 1,797")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_text("2 of 1,797")).to_be_visible()


def test_objects_filter_by_class_count_and_confidence_and_only_those_are_drawn(
    page: Page, demos: tuple[str, dict[str, str]]
) -> None:
    address, ids = demos
    page.goto(f"{address}/explore?dataset={ids[DETECTION]}&objects=[0.5,1,null,%223%22]")
    expect(page.get_by_role("button", name="1 or more 3 from 0.5")).to_be_visible()
    boxes = page.locator(".thumbnails rect:not(.rim)")
    boxes.first.wait_for(state="attached")
    words = boxes.evaluate_all("boxes => boxes.map((box) => box.textContent.split(' '))")
    assert {label for label, _ in words} == {"3"}
    assert min(float(score) for _, score in words) >= 0.5


def test_the_images_scroll_beside_the_map_which_stays_in_view(page: Page, wait_until_idle: Callable[[], None]) -> None:
    open_explore(page)
    wait_until_idle()
    panel = page.locator(".st-key-explore-panel")
    page.wait_for_function("() => document.querySelector('.st-key-explore-panel').clientHeight < innerHeight")
    panel.evaluate("panel => panel.scrollBy(0, 3000)")
    expect(page.locator(".thumbnails button").nth(60)).to_be_attached()
    expect(page.locator(".stage")).to_be_in_viewport()


def test_images_like_one_are_found_from_its_tile_by_keyboard(page: Page, wait_until_idle: Callable[[], None]) -> None:
    open_explore(page)
    wait_until_idle()
    tiles = page.locator(".thumbnails button")
    tiles.first.focus()
    page.keyboard.press("ArrowRight")
    # The filename comes after the tile.
    expect(tiles.nth(1)).to_have_attribute("title", re.compile("^digit_"))
    [filename, *_] = (tiles.nth(1).get_attribute("title") or "").split("\n")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=f"Find similar to {filename}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"100 images most like {filename}")).to_be_visible()
    expect(page.locator(".thumbnails")).to_have_attribute("data-count", "100")
    # The keyboard goes on at the nearest one.
    expect(tiles.first).to_be_focused()


def test_images_like_one_that_was_selected_are_found_with_the_mouse(page: Page) -> None:
    page.goto("/select")
    tile = page.locator(".thumbnails button").first
    tile.hover()
    similar = page.get_by_role("button", name="Find similar to")
    expect(similar).to_have_attribute("data-row", tile.get_attribute("data-row") or "")
    similar.click()
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="100 images most like")).to_be_visible()


def test_the_offer_to_undo_follows_the_theme_without_a_click(page: Page, wait_until_idle: Callable[[], None]) -> None:
    page.emulate_media(color_scheme="light")
    open_explore(page)
    wait_until_idle()
    page.get_by_role("button", name="New tag").click()
    offer = page.locator(".st-key-undo")
    expect(offer).to_have_css("background-color", "rgb(255, 255, 255)")
    page.emulate_media(color_scheme="dark")
    expect(offer).to_have_css("background-color", "rgb(27, 33, 38)")
    # The other tests share the workspace.
    offer.get_by_role("button", name="Undo").click()
    expect(offer).to_have_count(0)
