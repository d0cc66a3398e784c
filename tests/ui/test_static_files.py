import gzip

import pyarrow as pa
import pytest
import requests
from starlette.applications import Starlette

from tests.patience import PATIENCE
from tests.serving import served
from ui.static_files import FOLDER, StaticFiles

SCRIPT = max((FOLDER / "js").glob("index.*.js"), key=lambda path: path.stat().st_size)


def fetch(path: str, encoding: str = "gzip") -> requests.Response:
    with served(StaticFiles(Starlette())) as address:
        answer = requests.get(address + path, headers={"Accept-Encoding": encoding}, stream=True, timeout=PATIENCE)
        answer.raw.decode_content = False
        # Read while the server is there; `raw` is what went over the wire.
        answer._content = answer.raw.read()
        return answer


def test_a_script_is_a_third_of_its_size_and_kept_by_browsers_for_a_year() -> None:
    answer = fetch(f"/static/js/{SCRIPT.name}")
    assert gzip.decompress(answer.content) == SCRIPT.read_bytes()
    assert len(answer.content) * 3 < SCRIPT.stat().st_size
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


def test_a_client_that_takes_brotli_gets_fewer_bytes() -> None:
    answer = fetch(f"/static/js/{SCRIPT.name}", "gzip, deflate, br, zstd")
    assert answer.headers["content-encoding"] == "br"
    content = SCRIPT.read_bytes()
    assert pa.Codec("brotli").decompress(answer.content, len(content), asbytes=True) == content
    assert len(answer.content) < 0.93 * len(fetch(f"/static/js/{SCRIPT.name}").content)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br;q=0.5, gzip", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.000, gzip;q=0", None),
        ("brew, gzip2", None),
        ("*", None),
    ],
)
def test_a_client_gets_what_it_takes(accepted: str, coding: str | None) -> None:
    assert fetch(f"/static/js/{SCRIPT.name}", accepted).headers.get("content-encoding") == coding


def test_a_client_that_takes_no_compression_gets_the_file() -> None:
    answer = fetch(f"/static/js/{SCRIPT.name}", "identity")
    assert "content-encoding" not in answer.headers
    assert answer.content == SCRIPT.read_bytes()


def test_a_font_is_sent_as_it_is() -> None:
    font = next((FOLDER / "media").glob("*.woff2"))
    answer = fetch(f"/static/media/{font.name}")
    assert "content-encoding" not in answer.headers
    assert answer.content == font.read_bytes()


@pytest.mark.parametrize("path", ["js/none.js", "../index.html", "%2e%2e/index.html", "js", "", "/etc/passwd"])
def test_what_is_no_such_file_goes_on_to_streamlit(path: str) -> None:
    assert fetch(f"/static/{path}").status_code == 404
