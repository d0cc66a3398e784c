import base64
import hashlib
import re

import pytest
from starlette.responses import HTMLResponse

from al_core.api.server.door.sign_in_page import sign_in_page, sign_out_page

HOSTILE = '"><script>alert(1)</script>'


def text_of(page: HTMLResponse) -> str:
    return bytes(page.body).decode()


@pytest.mark.parametrize(
    "page",
    [
        sign_in_page(HOSTILE, HOSTILE, is_private=False, error=HOSTILE),
        sign_out_page(HOSTILE, HOSTILE),
    ],
    ids=["sign in", "sign out"],
)
def test_the_page_runs_and_loads_nothing_and_its_policy_names_its_style(page: HTMLResponse) -> None:
    assert "<script" not in text_of(page)
    assert not re.search(r"src=|url\(|@import|https?://", text_of(page))
    (style,) = re.findall(r"<style>(.*?)</style>", text_of(page), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_the_page_warns_where_others_could_read_the_token() -> None:
    assert "no https" in text_of(sign_in_page("n", "/", is_private=False))
    assert "no https" not in text_of(sign_in_page("n", "/", is_private=True))


def test_the_field_is_one_that_password_managers_fill_and_screen_readers_name() -> None:
    page = text_of(sign_in_page("n", "/", is_private=True, error="There is no such token."))
    assert '<label for="token">Token</label><input id="token" name="token" type="password"' in page
    assert 'role="alert">There is no such token.' in page
