"""The main job on another machine's workspace: one server holds the data, the browser is on the other's dashboard."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from al_core.api.server.settings import Settings
from al_core.remote.recent import SECONDS
from al_core.store import Kind, Workspace
from tests.api.conftest import api_server
from tests.e2e.navigation import go_to, press_button, wait_for_run
from tests.e2e.test_main_job import drop, set_number


@pytest.fixture
def there(demo_home: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The workspace of the other machine."""
    shutil.copytree(demo_home, tmp_path / "there")
    with Workspace(tmp_path / "there") as opened:
        yield opened


@pytest.fixture
def prediction_file(tmp_path: Path) -> Path:
    probabilities = np.full((1797, 10), 0.01)
    probabilities[:, 0] = 0.91
    lines = [",".join(["filename", *map(str, range(10))])]
    lines += [f"digit_{row:04d}.png," + ",".join(map(str, values)) for row, values in enumerate(probabilities)]
    path = tmp_path / "their-model.csv"
    path.write_text("\n".join(lines))
    return path


def open_remote(page: Page, address: str, token: str) -> None:
    page.get_by_label("Address of the server", exact=True).fill(address)
    page.get_by_label("Token", exact=True).fill(token)
    press_button(page, "Open its workspace")


def test_the_main_job_on_a_server(page: Page, there: Workspace, prediction_file: Path, tmp_path: Path) -> None:
    page.goto("/datasets")
    wait_for_run(page)
    page.locator("summary", has_text="Open a remote workspace").click()
    with api_server(there, Settings(require_token=True)) as address:
        open_remote(page, address, "wrong")
        expect(page.get_by_text("refused the request: this server needs a valid token")).to_be_visible()
        open_remote(page, address, there.tokens.create("dashboard"))
        expect(page.get_by_text(f"These are on {address}")).to_be_visible()
        wait_for_run(page)
        store_predictions(page, prediction_file)
        look_around(page, address)
        select_ten(page)
        selected = download(page, tmp_path)
    digits = there.dataset("digits")
    order = digits.arrays.read(digits.arrays.get(Kind.SELECTION, digits.tag("al-iteration-1").id))
    assert len(order) == 10
    assert selected == digits.filenames(order)
    assert digits.arrays.get(Kind.PREDICTION, "their-model").attributes["task"] == "classification"
    leave_a_server_that_is_gone(page, address)


def store_predictions(page: Page, file: Path) -> None:
    go_to(page, "Predictions")
    drop(page, file)
    expect(page.get_by_text("1,797 of 1,797 samples have a prediction")).to_be_visible()
    press_button(page, "Store and score")
    expect(page.get_by_text("Scored 1,797 images (3 scores)")).to_be_visible()
    wait_for_run(page)


def look_around(page: Page, address: str) -> None:
    go_to(page, "Explore")
    expect(page.get_by_role("radio", name="UMAP")).to_be_visible()
    image = page.locator("img[src*='/images/']").first
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1
    assert address not in str(image.get_attribute("src"))


def select_ten(page: Page) -> None:
    go_to(page, "Select")
    set_number(page, "New images", 10)
    expect(page.get_by_role("spinbutton", name="Total labeled")).to_have_value("110")
    wait_for_run(page)
    press_button(page, "Run selection")
    expect(page.get_by_role("heading", name="al-iteration-1")).to_be_visible()
    wait_for_run(page)


def download(page: Page, folder: Path) -> list[str]:
    go_to(page, "Tags")
    with page.expect_download() as started:
        press_button(page, "Download al-iteration-1-added.txt")
    started.value.save_as(folder / "selected.txt")
    return (folder / "selected.txt").read_text().splitlines()


def leave_a_server_that_is_gone(page: Page, address: str) -> None:
    # Until then a page is drawn from the last answers.
    page.wait_for_timeout(1000 * SECONDS + 1)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Explore").click()
    expect(page.get_by_text(f"{address} does not answer")).to_be_visible()
    press_button(page, "Back to this machine")
    expect(page.get_by_text("1,797 images in total")).to_be_visible()
    expect(page.get_by_role("button", name="Back to this machine")).to_have_count(0)
