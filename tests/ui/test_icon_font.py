import re
from pathlib import Path

import pytest
import requests
import streamlit
from starlette.applications import Starlette

from tests.patience import PATIENCE
from tests.serving import served
from ui.pages import ICONS
from ui.static_files import FOLDER, ICON_FONT, StaticFiles, is_cut_for

ROOT = Path(__file__).resolve().parents[2]
NAMES = (ICON_FONT / "names.txt").read_text(encoding="utf-8").split()
RUN_AGAIN = "run tools/icon_font.py"
# `icon="folder"` and `:material/folder:` are both written.
WRITTEN = re.compile(r':material/([a-z0-9_]+):|icon="([a-z0-9_]+)"')


def sources() -> list[Path]:
    return [path for folder in ("al_core", "pages", "ui") for path in (ROOT / folder).rglob("*.py")]


def test_the_font_has_every_icon_that_is_written() -> None:
    written = {name for path in sources() for names in WRITTEN.findall(path.read_text("utf-8")) for name in names}
    assert written - {""} <= set(NAMES), RUN_AGAIN
    assert set(ICONS.values()) <= set(NAMES), RUN_AGAIN


def test_the_font_is_the_one_of_this_version_of_streamlit() -> None:
    """To another version its own font would be sent whole."""
    assert is_cut_for(streamlit.__version__), RUN_AGAIN
    assert [(FOLDER / "media" / path.name).is_file() for path in ICON_FONT.glob("*.woff2")] == [True], RUN_AGAIN


def fetch(known: str = "") -> requests.Response:
    (font,) = ICON_FONT.glob("*.woff2")
    with served(StaticFiles(Starlette())) as address:
        headers = {"If-None-Match": known} if known else {}
        return requests.get(f"{address}/static/media/{font.name}", headers=headers, timeout=PATIENCE)


def test_what_is_sent_is_a_tenth_of_the_whole_font() -> None:
    (font,) = ICON_FONT.glob("*.woff2")
    answer = fetch()
    assert answer.content == font.read_bytes()
    assert answer.headers["content-type"] == "font/woff2"
    assert 10 * len(answer.content) < (FOLDER / "media" / font.name).stat().st_size


def test_a_browser_asks_whether_its_copy_is_the_newest() -> None:
    answer = fetch()
    assert answer.headers["cache-control"] == "no-cache"
    same = fetch(f'"another", W/{answer.headers["etag"]}')
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == answer.headers["etag"]
    assert fetch('"another"').content == answer.content


def test_another_version_of_streamlit_gets_its_own_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamlit, "__version__", "0.0.1")
    (font,) = ICON_FONT.glob("*.woff2")
    assert fetch().content == (FOLDER / "media" / font.name).read_bytes()
