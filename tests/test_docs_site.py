"""The documentation as `make docs` builds it."""

import importlib
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from al_core.api.server import create_api, create_app
from al_core.store import Workspace
from tests.serving import served

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = [f"al_core.{path.parent.name}" for path in sorted((ROOT / "al_core").glob("*/__init__.py"))]

BUILD_WITHOUT_NETWORK = """
import socket
def refuse(*arguments): raise OSError("the build asked for the network")
socket.socket.connect = socket.getaddrinfo = refuse
from mkdocs.__main__ import cli
cli()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. It is built strictly: a link that leads nowhere, or a name that does not exist, is an error."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-c", BUILD_WITHOUT_NETWORK, "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    result = subprocess.run(build, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    return folder


def test_no_page_loads_a_script_style_font_or_image_from_another_host(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    loading = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"([^\"]+)\"")
    urls = {url for page in pages for url in loading.findall(page.read_text(encoding="utf-8"))}
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        urls.update(re.findall(r"url\(\s*[\"']?(?!data:)([^)\"']+)", text))
        assert "@import" not in text
    assert "assets/icon.svg" in urls
    assert {urlsplit(url).netloc for url in urls} == {""}


def test_no_page_has_a_diagram_that_would_load_its_renderer(site: Path) -> None:
    assert [page.name for page in site.rglob("*.html") if 'class="mermaid"' in page.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_class_and_function_is_in_the_reference(package: str, site: Path) -> None:
    pages = [page.read_text(encoding="utf-8") for page in (site / "reference").glob("*.html")]
    anchors = {anchor for page in pages for anchor in re.findall(r'id="(al_core[\w.]+)"', page)}
    module = importlib.import_module(package)
    public = [getattr(module, name) for name in getattr(module, "__all__", ())]
    missing = [
        member.__name__
        for member in public
        if inspect.isclass(member) or inspect.isfunction(member)
        if not {f"{package}.{member.__name__}", f"{member.__module__}.{member.__name__}"} & anchors
    ]
    assert missing == []


def test_every_route_is_on_the_page_about_http(site: Path) -> None:
    page = (site / "http.html").read_text(encoding="utf-8")
    paths = create_api(Workspace).openapi()["paths"]
    assert paths
    assert [path for path in paths if f"/v1{path}" not in page] == []


def test_the_client_on_the_page_about_http_prints_the_two_least_certain_images(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    (client,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    with served(create_app(create_api(lambda: workspace))) as address:
        exec(client.replace("http://127.0.0.1:8501", address), {})
    assert capsys.readouterr().out == '["dog.jpg","owl.jpg"]\n'
