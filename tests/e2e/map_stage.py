"""The map of `map_app.py` in a browser: its stage, and what a hand does on it."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.renderers import SCRIPTS

N = 100_000
# Where row 0 is drawn: the clouds are random, so its place on the page has to be asked for.
PLACE = """() => {
  const map = [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector(".map")).find(Boolean);
  const { left, top } = map.querySelector(".overlay").getBoundingClientRect();
  const [right, down] = map.locate(0);
  return [left + right, top + down];
}"""


def ready_stage(page: Page, n: int = N) -> Locator:
    page.locator(f'.map[data-ready="{n}"]').wait_for()
    return page.locator(".stage")


def open_map(page: Page, renderer: str) -> Locator:
    page.add_init_script(SCRIPTS[renderer])
    page.goto("/")
    stage = ready_stage(page)
    expect(page.locator(".map")).to_have_attribute("data-renderer", renderer)
    return stage


def spot(stage: Locator, right: float, down: float) -> tuple[float, float]:
    """A place on the stage, in shares of its sides."""
    box = stage.bounding_box()
    assert box
    return box["x"] + right * box["width"], box["y"] + down * box["height"]


def draw(page: Page, stage: Locator, *corners: tuple[float, float]) -> None:
    page.mouse.move(*spot(stage, *corners[0]))
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*spot(stage, *corner), steps=12)
    page.mouse.up()


def press(page: Page, *keys: str) -> None:
    page.locator(".map").focus()
    for key in keys:
        page.keyboard.press(key)


def place_of_row_0(page: Page) -> tuple[float, float]:
    left, top = page.evaluate(PLACE)
    return left, top


def expect_text(page: Page, text: str) -> None:
    expect(page.get_by_text(text, exact=True)).to_be_visible()
