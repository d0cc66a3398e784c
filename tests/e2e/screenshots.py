"""Reference screenshots of the demo: six pages, light and dark, on a phone and on a laptop.

`python -m tests.e2e.screenshots` takes them anew, after a page was changed on purpose; look at what git shows as
changed before it is committed. Maps, images and tables, which are drawn on canvases, are covered, and dates are all the
same one.
"""

import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.chromium import find_chromium
from tests.e2e.navigation import wait_for_run
from tests.e2e.server import running_app
from tests.patience import PATIENCE

Scheme = Literal["light", "dark"]

REFERENCES = Path(__file__).with_name("references")
PAGES = ("explore", "datasets", "predictions", "select", "rounds", "tags")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SIZES = {1440: 900, 390: 844}
"""Height of the window by its width, in pixels."""

COVERED = ".map, .thumbnails, .rows, img, canvas, [data-testid='stDataFrame'], .js-plotly-plot"
COVER = "#808080"

# Other days and times are as long, so that nothing moves.
FREEZE_DATES = r"""() => {
  const date = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}, \d{4}(, \d\d:\d\d)?/g;
  const frozen = (text) => text.replace(date, (_, month, time) => time ? "Nov 11, 2025, 11:11" : "Nov 11, 2025");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (frozen(node.data) !== node.data) node.data = frozen(node.data);
  }
  for (const field of document.querySelectorAll("input")) {
    if (frozen(field.value) !== field.value) field.value = frozen(field.value);
  }
}"""

BLUR = 2
"""Radius in pixels: smooths what fonts and edges are drawn with a little differently elsewhere."""
LEAST_DIFFERENCE = 32
"""Of 255 levels of a color: what differs less is no difference that people see."""
MOST_DIFFERENT = 0.002
"""Share of the pixels that may differ: a few digits of a figure, and less than a button."""
N_SAME = 4
"""Pictures in a row, half a second apart, that must be the same before one becomes a reference."""
COLORS = 256
"""Of the palette that a reference is stored with."""


def views(browser: Browser, address: str) -> Iterator[tuple[str, Page]]:
    """Yield each page in each theme and size with its name, as far as it is certain to be drawn."""
    for scheme in SCHEMES:
        context = browser.new_context(
            base_url=address, color_scheme=scheme, reduced_motion="reduce", device_scale_factor=1, locale="en-US"
        )
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        open_first_page(page)
        for name in PAGES:
            set_width(page, max(SIZES))
            page.goto(f"/{name}")
            wait_until_drawn(page)
            for width in SIZES:
                set_width(page, width)
                yield f"{name}-{scheme}-{width}", page
        context.close()


def open_first_page(page: Page) -> None:
    """Open Explore until its map is there and the work in the background is done that it has started."""
    set_width(page, max(SIZES))
    page.goto("/explore")
    page.locator(".map[data-ready]").wait_for()
    wait_until_drawn(page)


def set_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": SIZES[width]})


def wait_until_drawn(page: Page) -> None:
    """Wait until the page is whole, no job is under way, and fonts are there."""
    page.locator("h1").first.wait_for()
    wait_for_run(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_text("under way")).to_have_count(0)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    wait_for_run(page)
    page.evaluate("document.fonts.ready")


def settled_picture(page: Page) -> Image.Image:
    """Return the picture of the window once several in a row are the same: what to draw may come in later."""
    page.wait_for_load_state("networkidle")
    deadline = time.monotonic() + PATIENCE
    latest = picture(page)
    n_same = 0
    while n_same < N_SAME and time.monotonic() < deadline:
        page.wait_for_timeout(500)
        before, latest = latest, picture(page)
        n_same = n_same + 1 if np.array_equal(np.asarray(before), np.asarray(latest)) else 0
    return latest


def picture_like(page: Page, reference: Image.Image, patience: float) -> tuple[float, Image.Image, Image.Image]:
    """Return the picture of the window once it looks like the reference, or after so many seconds.

    Returns:
        The share of pixels that differ, the picture, and where it differs.
    """
    deadline = time.monotonic() + patience
    while True:
        current = picture(page)
        share, marked = difference(reference, current)
        if share <= MOST_DIFFERENT or time.monotonic() > deadline:
            return share, current, marked
        page.wait_for_timeout(250)


def picture(page: Page) -> Image.Image:
    wait_for_run(page)
    page.evaluate(FREEZE_DATES)
    shot = page.screenshot(animations="disabled", caret="hide", mask=[page.locator(COVERED)], mask_color=COVER)
    return Image.open(io.BytesIO(shot)).convert("RGB")


def difference(reference: Image.Image, current: Image.Image) -> tuple[float, Image.Image]:
    """Return the share of pixels that differ, and a picture of where they do."""
    if reference.size != current.size:
        return 1.0, current
    blurred = [
        np.asarray(image.convert("RGB").filter(ImageFilter.GaussianBlur(BLUR)), np.int16)
        for image in (reference, current)
    ]
    differs = np.abs(blurred[0] - blurred[1]).max(axis=2) > LEAST_DIFFERENCE
    marked = np.asarray(current.convert("RGB")) // 3 + 160
    marked[differs] = (255, 0, 0)
    return float(differs.mean()), Image.fromarray(marked.astype(np.uint8))


def main() -> None:
    """Take all references anew."""
    expect.set_options(timeout=PATIENCE * 1000)
    REFERENCES.mkdir(exist_ok=True)
    executable = find_chromium()
    with (
        tempfile.TemporaryDirectory() as home,
        running_app(Path(home)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=["--disable-dev-shm-usage"])
        for name, page in views(browser, address):
            image = settled_picture(page)
            path = REFERENCES / f"{name}.png"
            if path.exists():
                with Image.open(path) as reference:
                    share, _ = difference(reference, image)
                # What looks the same keeps its file.
                if share <= MOST_DIFFERENT:
                    print(f"{name}: as before")
                    continue
            # Of the three ways, this one keeps the colors of small icons.
            image.quantize(COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
            print(f"{name}: {path.stat().st_size:,} bytes")
        browser.close()


if __name__ == "__main__":
    main()
