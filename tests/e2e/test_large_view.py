"""What somebody has opened stays open, whatever else happens on the page."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from al_core import workflow
from al_core.store import Workspace
from tests.e2e.navigation import wait_for_run
from tests.e2e.server import running_app

# As in held_umap_app.py, which starts an app when it is imported.
MAY_END = "umap-may-end"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "offered").touch()
    with Workspace(tmp_path) as workspace:
        points = np.random.default_rng(0).normal(size=(40, 8))
        workflow.create_dataset(workspace, "forty", [f"{row}.png" for row in range(40)], points)
    return tmp_path


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    with running_app(home, "tests/e2e/held_umap_app.py") as address:
        yield address


def test_an_image_stays_open_when_the_map_is_ready_and_until_it_is_closed(page: Page, address: str, home: Path) -> None:
    page.goto(f"{address}/explore")
    expect(page.get_by_role("progressbar", name="UMAP")).to_be_visible()
    page.locator(".thumbnails button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 of 40")).to_be_visible()
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.get_by_text("2 of 40")).to_be_visible()

    (home / MAY_END).touch()
    # By selectors: what lies behind a dialog has no role.
    expect(page.locator("[role=radio][aria-checked=true]", has_text="UMAP")).to_be_attached()
    expect(page.locator("[role=progressbar]")).to_have_count(0)
    wait_for_run(page)
    expect(dialog.get_by_text("2 of 40")).to_be_visible()

    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
