"""Takes the pictures of README and docs from the real app: `python -m tools.pictures`, with a Chromium on this machine.

They are written to docs/images as WebP: a picture of 1,280 x 800 pixels takes about 50 kB, in all of its colors.
"""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from al_core import workflow
from al_core.demos import digits
from al_core.store import Kind, Workspace
from tests.e2e.chromium import find_chromium
from tests.e2e.navigation import wait_for_run
from tests.e2e.server import running_app
from tests.patience import PATIENCE
from tools import tutorial

FOLDER = tutorial.PAGE.parent / "images"
SIZE: ViewportSize = {"width": 1280, "height": 800}
QUALITY = 85
NAME = "digits-from-a-folder"


@contextmanager
def opened(home: Path) -> Iterator[Page]:
    """A page of the app on a workspace."""
    with running_app(home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--disable-dev-shm-usage"])
        context = browser.new_context(base_url=address, viewport=SIZE, color_scheme="light", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        yield context.new_page()
        browser.close()


def take(page: Page, name: str) -> None:
    """Write what the page shows as a picture."""
    from PIL import Image

    settle(page)
    # The mouse would leave a card or a hint on the picture.
    page.mouse.move(0, 0)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


def settle(page: Page) -> None:
    """Wait until the page has run, and its map and images are drawn."""
    wait_for_run(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.wait_for_function(
        """() => {
          const roots = [document, ...[...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)];
          const maps = roots.flatMap((root) => [...root.querySelectorAll(".map")]);
          const images = roots.flatMap((root) => [...root.querySelectorAll("img")]);
          return maps.every((map) => map.dataset.ready && map.dataset.busy === "0")
            && images.every((image) => image.complete);
        }"""
    )


def show(page: Page, path: str, heading: str) -> None:
    """Open a page of the dashboard."""
    page.goto(path)
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    settle(page)


def take_demo(home: Path) -> None:
    """Take the first page and the rounds of the demo, once its map is there."""
    with Workspace(home) as workspace:
        dataset = digits.build(workspace)
        workflow.project(dataset, dataset.arrays.all(Kind.EMBEDDING)[-1].name, "UMAP")
    with opened(home) as page:
        page.goto("/")
        page.locator('.map[data-ready="1797"]').wait_for()
        expect(page.get_by_role("button", name="Pick these 32")).to_be_visible()
        take(page, "explore")
        show(page, "/rounds", "Rounds")
        take(page, "rounds")


def take_tutorial(home: Path, folder: Path) -> None:
    """Take the six pictures of the tutorial, on a workspace without a demo."""
    (home / "demo").mkdir(parents=True)
    (home / "demo" / "offered").touch()
    tutorial.write_scripts(folder)
    tutorial.run_script(folder, "digits.py")
    with Workspace(home) as workspace, opened(home) as page:
        page.goto("/datasets")
        page.get_by_role("tab", name="A folder on this machine").click()
        for label, text in (("Folder with the images", "~/digits"), ("Name of the dataset", NAME)):
            field = page.get_by_role("textbox", name=label, exact=True)
            field.fill(text)
            field.press("Enter")
            wait_for_run(page)
        take(page, "tutorial-folder")
        dataset = workflow.dataset_from_images(workspace, folder / "digits", NAME).dataset
        workflow.project(dataset, "efficientnet-lite0", "UMAP")
        show(page, f"/explore?dataset={dataset.id}", "Explore")
        page.locator('.map[data-ready="600"]').wait_for()
        take(page, "tutorial-map")
        tag = tutorial.choose(dataset, "al-iteration-1")
        dataset.release(tag)
        show(page, f"/select?dataset={dataset.id}", "Select")
        take(page, "tutorial-selection")
        workflow.mark_sent(dataset, tag)
        show(page, f"/rounds?dataset={dataset.id}", "Rounds")
        take(page, "tutorial-rounds")
        tutorial.learn(dataset, tag, folder)
        show(page, f"/explore?dataset={dataset.id}", "Explore")
        page.locator('.map[data-ready="600"]').wait_for()
        take(page, "tutorial-next")
        for number in (2, 3, 4):
            tutorial.learn(dataset, tutorial.choose(dataset, f"al-iteration-{number}"), folder)
        show(page, f"/rounds?dataset={dataset.id}", "Rounds")
        take(page, "tutorial-curve")


def main() -> None:
    """Take all pictures, each time in workspaces of their own."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "scripts").mkdir()
        take_tutorial(folder / "tutorial", folder / "scripts")
        take_demo(folder / "demo")


if __name__ == "__main__":
    main()
