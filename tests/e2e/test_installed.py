from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.server import free_port, running
from tests.installing import build, folder_of_another_project, install


def test_the_installed_dashboard_runs_beside_a_project_whose_modules_have_the_same_names(
    page: Page, wait_until_idle: Callable[[], None], tmp_path: Path
) -> None:
    commands = install(build("wheel", tmp_path), tmp_path / "environment")
    project = folder_of_another_project(tmp_path / "project")
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > "$0.url"\n')
    browser.chmod(0o755)
    port = free_port()
    environment = {"BROWSER": str(browser), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [str(commands / "al-core"), "dashboard", "--port", str(port)]
    with running(command, port, tmp_path / "home", project, **environment) as address:
        page.goto(f"{address}/explore")
        expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible()
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Datasets").click()
        expect(page.get_by_role("heading", name="Datasets", level=1)).to_be_visible()
        wait_until_idle()
        assert page.get_by_test_id("stAlertContentError").all_inner_texts() == []
        # The settings are ours too: the project's show Streamlit's menu for developers.
        expect(page.get_by_test_id("stAppDeployButton")).to_have_count(0)
        assert browser.with_suffix(".url").read_text() == f"{address}\n"
