"""All pages with a dataset of strangers' names, in a real browser: nothing of it acts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from al_core.store import Workspace
from tests.e2e.conftest import Traffic
from tests.e2e.server import running_app
from tests.pages.hostile import FILENAMES, FORMULA, HTML, LINK, build_hostile_dataset

PAGES = ["datasets", "predictions", "explore", "select", "tags"]


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("hostile")
    (home / "demo").mkdir()
    (home / "demo" / "offered").touch()
    with Workspace(home) as workspace:
        build_hostile_dataset(workspace)
    with running_app(home) as address:
        yield address


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    """A file whose name, header and filenames try to act, also some that are not in the dataset."""
    rows = [*FILENAMES, f"unknown {HTML}.png", f"unknown {LINK}.png"]
    lines = [f"filename,{quoted(HTML)},{quoted(FORMULA)}", *(f"{quoted(name)},0.7,0.3" for name in rows)]
    path = tmp_path / "![i](http:) <img onerror=alert(1)>.csv".replace("/", "")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def incidents(page: Page) -> list[str]:
    """What must not happen: dialogs, errors of scripts, and what the policy had to refuse."""
    seen: list[str] = []

    def close(dialog: Dialog) -> None:
        seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", close)
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("console", lambda message: seen.append(message.text) if "Security Policy" in message.text else None)
    return seen


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def test_nothing_that_a_stranger_wrote_acts_on_any_page(
    page: Page,
    hostile_server: str,
    traffic: Traffic,
    incidents: list[str],
    predictions: Path,
    wait_until_idle: Callable[[], None],
) -> None:
    def check() -> None:
        wait_until_idle()
        assert page.get_by_test_id("stException").all_inner_texts() == []
        assert page.get_by_test_id("stAlertContentError").all_inner_texts() == []

    page.goto(hostile_server)
    for name in PAGES:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name.capitalize()).click()
        expect(page).to_have_title(name.capitalize())
        check()
        for tab in page.get_by_role("tab").all():
            tab.click()
            check()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Predictions").click()
    expect(page).to_have_title("Predictions")
    check()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(predictions)
    page.get_by_role("button", name="Store and score").click()
    expect(page.get_by_text("Scored 6 images")).to_be_visible()
    check()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Datasets").click()
    expect(page).to_have_title("Datasets")
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("x__b__")
    check()
    assert incidents == []
    assert traffic.hosts == {"127.0.0.1"}
