"""The example notebook in JupyterLab: the map is drawn, a click and a box select, and Python knows what."""

import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from al_core import workflow
from al_core.store import Kind, Workspace
from tests.e2e.conftest import TIMEOUT_MS
from tests.e2e.server import ROOT, free_port, running

NOTEBOOK = ROOT / "docs" / "notebooks" / "map.ipynb"
# Asked whether it should fetch news, JupyterLab would show a question over the page.
QUIET = {"@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}
MAP = '.map[data-ready="1797"][data-busy="0"]'
PLACE = """(map) => {
  const { left, top } = map.querySelector(".overlay").getBoundingClientRect();
  const [right, down] = map.locate(0);
  return [left + right, top + down];
}"""


@pytest.fixture
def lab(demo_home: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab with the example notebook and a workspace with the demo."""
    home = shutil.copytree(demo_home, tmp_path / "workspace")
    with Workspace(home) as workspace:
        [dataset] = workspace.datasets()
        # The notebook draws the map there is, which saves the half minute for UMAP.
        workflow.project(dataset, dataset.arrays.all(Kind.EMBEDDING)[-1].name, "PCA")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copy(NOTEBOOK, folder)
    for name, settings in QUIET.items():
        file = tmp_path / "settings" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings))
    port = free_port()
    server = (f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1")
    # Without a token: nobody but this machine reaches it.
    access = ("--IdentityProvider.token=", "--allow-root", "--no-browser", f"--ServerApp.root_dir={folder}")
    command = [sys.executable, "-m", "jupyterlab", *server, *access]
    environment = {
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
    }
    with running(command, port, home, folder, health="/api/status", **environment) as address:
        yield address


@pytest.fixture
def notebook(browser: Browser, lab: str) -> Iterator[Page]:
    """The example notebook after all of its cells have run."""
    # High enough for all cells: JupyterLab takes those out of the page that are far from view.
    context = browser.new_context(viewport={"width": 1440, "height": 2600})
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto(f"{lab}/lab/tree/map.ipynb")
    # Until the kernel is there, the menus are those of a page without a notebook.
    page.get_by_text("Python 3 (ipykernel)").first.wait_for()
    run_all_cells(page)
    yield page
    context.close()


def run_all_cells(page: Page) -> None:
    """Run them, again if the kernel that the page names is not connected yet: then JupyterLab runs nothing."""
    has_run = page.locator(".jp-InputPrompt", has_text=re.compile(r"\[(\*|\d+)\]"))
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while not has_run.count() and time.monotonic() < deadline:
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.wait_for_timeout(2_000)
    expect(has_run).not_to_have_count(0)


def selected(page: Page) -> Locator:
    """Run the cell that prints what is selected, and return its output."""
    cell = page.locator(".jp-CodeCell", has_text="digit_map.selected")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return cell.locator(".jp-OutputArea-output")


def test_what_is_selected_on_the_map_is_in_python(notebook: Page) -> None:
    first, last = notebook.locator(MAP).first, notebook.locator(MAP).nth(1)
    expect(last.get_by_text("Selected")).to_be_visible()
    first.get_by_role("button", name="Move the map").click()
    notebook.mouse.click(*first.evaluate(PLACE))
    card = first.locator(".card")
    expect(card.locator(".title")).to_have_text("digit_0000.png")
    # The image came through the kernel.
    expect(card.locator("img")).to_have_attribute("src", re.compile("^blob:"))
    expect(selected(notebook)).to_have_text("1 ['digit_0000.png'] [0]")

    first.get_by_role("button", name="Draw a box").click()
    stage = first.locator(".stage").bounding_box()
    assert stage
    notebook.mouse.move(stage["x"] + 5, stage["y"] + 5)
    notebook.mouse.down()
    notebook.mouse.move(stage["x"] + stage["width"] - 45, stage["y"] + stage["height"] - 5, steps=4)
    notebook.mouse.up()
    expect(first.get_by_text("Selection", exact=True)).to_be_visible()
    expect(selected(notebook)).to_have_text("1797 ['digit_0000.png', 'digit_0001.png', 'digit_0002.png'] [0 1 2]")
