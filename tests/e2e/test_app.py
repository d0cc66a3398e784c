import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image
from playwright.sync_api import Page, expect
from websockets import Subprotocol
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.conftest import Traffic
from tests.e2e.server import running_app
from tests.patience import PATIENCE
from ui.static_files import ICON_FONT

PAGES = ["datasets", "predictions", "explore", "select", "compare", "rounds", "tags"]

# An icon that the font lacks is drawn as the text of its name.
ICONS_AS_TEXT = """() => [...document.querySelectorAll('[data-testid="stIconMaterial"]')]
  .filter((icon) => icon.scrollWidth > 1.5 * parseFloat(getComputedStyle(icon).fontSize))
  .map((icon) => icon.textContent)"""
AS_TEXT = """async (names) => {
  await document.fonts.load("24px 'Material Symbols Rounded'");
  const drawn = document.createElement("span");
  drawn.style.font = "24px 'Material Symbols Rounded'";
  document.body.append(drawn);
  const width = (name) => ((drawn.textContent = name), drawn.getBoundingClientRect().width);
  const asText = names.filter((name) => Math.abs(width(name) - 24) > 0.5);
  drawn.remove();
  return asText;
}"""


def test_the_first_request_of_a_fresh_server_may_be_a_deep_link(
    page: Page, wait_until_idle: Callable[[], None], tmp_path: Path
) -> None:
    with running_app(tmp_path) as address:
        page.goto(f"{address}/explore")
        expect(page.get_by_role("heading", name="Explore", level=1)).to_be_visible()
        expect(page.get_by_test_id("stSidebarNav").get_by_role("link")).to_have_count(len(PAGES))
        wait_until_idle()
        assert page.get_by_test_id("stAlertContentError").all_inner_texts() == []


def test_the_app_talks_to_no_other_host(page: Page, traffic: Traffic, wait_until_idle: Callable[[], None]) -> None:
    page.goto("/")
    for name in PAGES:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name.capitalize()).click()
        expect(page).to_have_title(name.capitalize())
        wait_until_idle()
        assert page.get_by_test_id("stAlertContentError").all_inner_texts() == []
        assert page.evaluate(ICONS_AS_TEXT) == []
    assert any(url.startswith("ws://") for url in traffic.urls)
    assert traffic.hosts == {"127.0.0.1"}


def test_every_icon_of_the_font_is_drawn_and_others_are_not(page: Page, wait_until_idle: Callable[[], None]) -> None:
    page.goto("/tags")
    wait_until_idle()
    names = (ICON_FONT / "names.txt").read_text(encoding="utf-8").split()
    assert page.evaluate(AS_TEXT, [*names, "no_such_icon"]) == ["no_such_icon"]


def test_a_websocket_to_a_foreign_host_name_is_refused(streamlit_server: str) -> None:
    address = re.sub("^http", "ws", streamlit_server) + "/_stcore/stream"
    with pytest.raises(InvalidStatus, match=r"40[03]"):
        connect(address, additional_headers={"Host": "evil.example"}, subprotocols=[Subprotocol("streamlit")])


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/v1/datasets", "/images/0"])
def test_a_request_to_a_foreign_host_name_is_refused(streamlit_server: str, path: str) -> None:
    assert requests.get(streamlit_server + path, headers={"Host": "evil.example"}, timeout=PATIENCE).status_code == 403


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_local_host_names_are_served(streamlit_server: str, name: str) -> None:
    assert requests.get(streamlit_server, headers={"Host": name}, timeout=PATIENCE).status_code == 200


def test_the_browser_setting_chooses_light_or_dark(screenshots: Callable[[str], list[Path]]) -> None:
    brightness = []
    for file in screenshots("/"):
        with Image.open(file) as image:
            brightness.append(np.asarray(image.convert("L"))[-5, -5])
    light, dark = brightness
    assert light > 240
    assert dark < 40
