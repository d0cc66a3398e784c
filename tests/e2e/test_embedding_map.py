import io
import json
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from al_core.embedding_map import read_script, read_style
from tests.e2e.chromium import find_chromium
from tests.e2e.conftest import TIMEOUT_MS, Traffic
from tests.e2e.map_stage import PLACE, N, draw, expect_text, open_map, place_of_row_0, press, ready_stage, spot
from tests.e2e.renderers import SCRIPTS
from tests.e2e.server import running_app

PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'


@pytest.fixture(scope="module")
def streamlit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_app(tmp_path_factory.mktemp("map"), "tests/e2e/map_app.py") as address:
        yield address


@pytest.fixture
def stage(page: Page) -> Locator:
    page.goto("/")
    return ready_stage(page)


def test_a_box_around_everything_holds_every_sample_and_escape_clears_it(page: Page, stage: Locator) -> None:
    press(page, "b")
    draw(page, stage, (0.01, 0.01), (0.93, 0.99))
    expect_text(page, f"{N} inside, picked None")
    press(page, "Escape")
    expect_text(page, "0 inside, picked None")


def test_a_lasso_is_answered_with_little_traffic(page: Page, stage: Locator, traffic: Traffic) -> None:
    press(page, "s")
    traffic.sent.clear()
    draw(page, stage, (0.5, 0.02), (0.93, 0.02), (0.93, 0.98), (0.5, 0.98), (0.5, 0.02))
    # Half of the clouds lies right of the middle.
    expect(page.get_by_text("inside, picked None")).not_to_have_text("0 inside, picked None")
    inside = int(page.get_by_text("inside, picked None").inner_text().split()[0])
    assert inside == pytest.approx(N / 2, rel=0.01)
    assert 0 < max(traffic.sent) < 5_000


def test_the_outline_stays_when_the_colors_change(page: Page, stage: Locator) -> None:
    press(page, "b")
    draw(page, stage, (0.01, 0.01), (0.93, 0.99))
    expect_text(page, f"{N} inside, picked None")
    page.get_by_text("height", exact=True).click()
    expect(page.locator(".legend h3")).to_have_text("height")
    expect(page.locator(".chip")).to_be_visible()
    expect_text(page, f"{N} inside, picked None")
    page.get_by_label("Clear the selection").click()
    expect_text(page, "0 inside, picked None")


def test_resting_on_a_point_shows_its_card_and_a_click_pins_it(page: Page) -> None:
    box = {"x0": 0, "y0": 0, "x1": 0.5, "y1": 0.5}
    shapes = {"boxes": [box], "keypoints": [{"x": 0.5, "y": 0.5}, {"x": 0.1, "y": 0.2}], "has_mask": True}
    # The sign before gnp turns around what follows it: the name would be read as catexe.png.
    facts = {"filename": "cat\u202egnp.exe", "scores": {"margin": 0.25}, "classes": [["cat", 0.7]], **shapes}
    page.route("**/pictures/**", lambda route: route.fulfill(body=PIXEL, content_type="image/svg+xml"))
    page.route("**/cards/0.json", lambda route: route.fulfill(body=json.dumps(facts), content_type="application/json"))
    page.goto("/")
    stage = ready_stage(page)
    page.mouse.move(*spot(stage, 0.1, 0.5))
    page.mouse.move(*place_of_row_0(page))
    card = page.locator(".card")
    expect(card).to_contain_text("cat[U+202E]gnp.exe")
    expect(card).to_contain_text("0.250")
    expect(card).to_contain_text("70.0%")
    for shape, count in {"rect": 1, ".keypoint": 2, ".mask": 1}.items():
        expect(card.locator(shape)).to_have_count(count)
    page.mouse.click(*place_of_row_0(page))
    expect_text(page, "0 inside, picked 0")
    page.mouse.move(*spot(stage, 0.1, 0.5))
    expect(card).to_be_visible()
    page.get_by_label("Close the card").click()
    expect(card).to_be_hidden()
    expect_text(page, "0 inside, picked None")


def test_a_card_without_details_names_the_row(page: Page, stage: Locator) -> None:
    page.mouse.move(*place_of_row_0(page))
    expect(page.locator(".card")).to_contain_text("Row 0")


def test_keys_choose_the_tool_and_move_the_view(page: Page, stage: Locator) -> None:
    for key, label in {"s": "Draw around images", "b": "Draw a box around images", "g": "Move the map"}.items():
        press(page, key)
        expect(page.get_by_label(label)).to_have_attribute("aria-pressed", "true")
    before = place_of_row_0(page)
    press(page, "ArrowLeft")
    assert place_of_row_0(page)[0] == pytest.approx(before[0] + 48, abs=1)
    press(page, "r")
    page.wait_for_function(f"() => Math.abs(({PLACE})()[0] - {before[0]}) < 1")


def test_the_wheel_zooms_about_the_pointer(page: Page, stage: Locator) -> None:
    place = place_of_row_0(page)
    page.mouse.move(*place)
    page.mouse.wheel(0, -240)
    assert place_of_row_0(page) == pytest.approx(place, abs=1)


def test_two_fingers_zoom_and_one_draws(page: Page, stage: Locator) -> None:
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": left, "y": top, "id": number} for number, (left, top) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    left, top = place_of_row_0(page)
    corner = page.evaluate(PLACE.replace("locate(0)", "locate(1)"))
    touch("touchStart", (left - 50, top), (left + 50, top))
    touch("touchMove", (left - 75, top), (left + 75, top))
    touch("touchMove", (left - 100, top), (left + 100, top))
    touch("touchEnd")
    assert place_of_row_0(page) == pytest.approx((left, top), abs=2)
    zoomed = page.evaluate(PLACE.replace("locate(0)", "locate(1)"))
    assert zoomed[0] - left == pytest.approx(2 * (corner[0] - left), rel=0.02)
    press(page, "b")
    touch("touchStart", spot(stage, 0.3, 0.2))
    touch("touchMove", spot(stage, 0.5, 0.5))
    touch("touchMove", spot(stage, 0.7, 0.8))
    touch("touchEnd")
    expect(page.locator(".chip")).to_be_visible()


def test_hidden_categories_leave_the_selection(page: Page, stage: Locator) -> None:
    press(page, "b")
    draw(page, stage, (0.01, 0.01), (0.93, 0.99))
    expect_text(page, f"{N} inside, picked None")
    entry = page.get_by_label("northeast, 25,000 images")
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "false")
    expect_text(page, f"{N - 25_000} inside, picked None")
    page.get_by_label("Show only northwest").click()
    expect_text(page, "25000 inside, picked None")


def test_the_processor_draws_what_the_graphics_card_draws(browser: Browser, streamlit_server: str) -> None:
    colors = {}
    for renderer in SCRIPTS:
        page = browser.new_page(base_url=streamlit_server)
        page.set_default_timeout(TIMEOUT_MS)
        stage = open_map(page, renderer)
        page.get_by_text("Only the upper half").click()
        expect(page.get_by_text("Outside the filter")).to_be_visible()
        press(page, "b")
        draw(page, stage, (0.3, 0.1), (0.7, 0.9))
        expect(page.locator(".chip")).to_be_visible()
        expect(page.locator(".map")).to_have_attribute("data-busy", "0")
        colors[renderer] = averages(stage.screenshot())
        page.close()
    assert np.abs(colors["webgl2"] - colors["raster"]).mean() < 3


def averages(png: bytes) -> NDArray[np.float64]:
    """The mean colors of areas of 20 pixels: they hardly depend on how single points are rounded."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB").reduce(20), float)


def test_without_webgl_the_processor_draws_with_the_same_lasso_and_cards(
    browser: Browser, streamlit_server: str
) -> None:
    arguments = ["--disable-dev-shm-usage", "--disable-3d-apis"]
    without = browser.browser_type.launch(executable_path=find_chromium(), args=arguments)
    page = without.new_page(base_url=streamlit_server)
    page.set_default_timeout(TIMEOUT_MS)
    page.goto("/")
    assert page.evaluate("document.createElement('canvas').getContext('webgl2')") is None
    stage = ready_stage(page)
    expect(page.locator(".map")).to_have_attribute("data-renderer", "raster")
    page.mouse.move(*place_of_row_0(page))
    expect(page.locator(".card")).to_contain_text("Row 0")
    press(page, "b")
    draw(page, stage, (0.01, 0.01), (0.93, 0.99))
    expect_text(page, f"{N} inside, picked None")
    press(page, "Escape")
    expect_text(page, "0 inside, picked None")
    without.close()


def test_a_filter_sends_one_bit_per_point_and_no_array_again(page: Page, stage: Locator, traffic: Traffic) -> None:
    fetched = [url for url in traffic.urls if "/map/" in url]
    assert len(fetched) == 3
    traffic.received.clear()
    page.get_by_text("Only the upper half").click()
    expect(page.get_by_text("Outside the filter")).to_be_visible()
    assert [url for url in traffic.urls if "/map/" in url] == fetched
    # Streamlit sends the component's source along with each message.
    source = len((read_script() + read_style()).encode())
    assert sum(traffic.received) < source + N / 8 + 5_000


def test_the_picture_returns_after_the_graphics_card_was_lost(page: Page) -> None:
    stage = open_map(page, "webgl2")
    press(page, "g")
    before = stage.screenshot()
    page.evaluate("""() => {
      const root = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).find((r) => r?.querySelector(".map"));
      const canvas = root.querySelector("canvas.points");
      const extension = canvas.getContext("webgl2").getExtension("WEBGL_lose_context");
      return new Promise((done) => {
        canvas.addEventListener("webglcontextlost", () => setTimeout(() => extension.restoreContext(), 50));
        canvas.addEventListener("webglcontextrestored", () => requestAnimationFrame(() => requestAnimationFrame(done)));
        extension.loseContext();
      });
    }""")
    assert stage.screenshot() == before


def test_an_empty_map_says_so(page: Page) -> None:
    page.goto("/?n=0")
    ready_stage(page, 0)
    expect(page.get_by_text("No points yet")).to_be_visible()
    expect(page.locator(".toolbar")).to_be_hidden()


def test_zoomed_in_points_become_their_images_until_somebody_wants_points(page: Page) -> None:
    page.route("**/pictures/**", lambda route: route.fulfill(body=PIXEL, content_type="image/svg+xml"))
    page.goto("/?n=400")
    ready_stage(page, 400)
    root = page.locator(".map")
    expect(root).to_have_attribute("data-thumbnails", "0")
    # Row 0 lies alone in the middle of the map.
    press(page, "+", "+", "+", "+", "+", "+")
    expect(root).not_to_have_attribute("data-thumbnails", "0")
    press(page, "i")
    expect(page.get_by_role("button", name="Images in place of points")).to_have_attribute("aria-pressed", "false")
    expect(root).to_have_attribute("data-thumbnails", "0")


def test_an_image_on_the_map_is_picked_wherever_it_is_touched(page: Page) -> None:
    page.route("**/pictures/**", lambda route: route.fulfill(body=PIXEL, content_type="image/svg+xml"))
    page.goto("/?n=400")
    ready_stage(page, 400)
    press(page, "+", "+", "+", "+", "+", "+", "+", "+")
    expect(page.locator(".map")).not_to_have_attribute("data-thumbnails", "0")
    left, top = place_of_row_0(page)
    # Farther from the point than a click on a point may be, and within half of the smallest image.
    page.mouse.click(left + 12, top - 12)
    expect_text(page, "0 inside, picked 0")


@pytest.mark.parametrize("renderer", SCRIPTS)
def test_from_afar_many_points_are_drawn_as_density_and_from_near_as_points(page: Page, renderer: str) -> None:
    page.add_init_script(SCRIPTS[renderer])
    page.goto("/?n=600000")
    ready_stage(page, 600_000)
    root = page.locator(".map")
    expect(root).to_have_attribute("data-style", "density")
    expect(page.locator(".status")).to_have_text("600,000 images, as density")
    press(page, "b")
    stage = page.locator(".stage")
    draw(page, stage, (0.01, 0.01), (0.93, 0.99))
    expect_text(page, "600000 inside, picked None")
    press(page, "g", "+", "+", "+", "+", "+", "+")
    expect(root).to_have_attribute("data-style", "points")
    expect(page.locator(".status")).to_have_text("600,000 images")
