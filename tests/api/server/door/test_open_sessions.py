"""The WebSocket of a real dashboard lives as long as the session that opened it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from al_core.store import Workspace
from tests.api.server.door.test_sign_in import Browser
from tests.e2e.server import running_app
from tests.patience import PATIENCE


# Not one for all tests: each has a catalog of its own on PostgreSQL, which the dashboard has to open too.
@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    with running_app(home, AL_CORE_REQUIRE_TOKEN="1") as running:
        yield running


def socket(address: str, browser: requests.Session) -> ClientConnection:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
    stream = address.replace("http", "ws", 1) + "/_stcore/stream"
    return connect(stream, additional_headers={"Cookie": cookies}, subprotocols=["streamlit"])  # type: ignore[list-item]


def receive_to_the_end(stream: ClientConnection) -> None:
    while True:
        stream.recv(timeout=PATIENCE)


def test_a_websocket_needs_a_session(address: str) -> None:
    with pytest.raises(InvalidStatus, match="401"):
        socket(address, requests.Session())


@pytest.mark.parametrize("end", ["revoke", "sign out"])
def test_a_websocket_is_closed_at_the_first_message_after_its_session_has_ended(
    address: str, home: Path, end: str
) -> None:
    with Workspace(home) as workspace:
        browser = Browser(address)
        browser.sign_in(workspace.tokens.create(end))
        with socket(address, browser) as stream:
            if end == "revoke":
                workspace.tokens.revoke(end)
            else:
                browser.submit(browser.open("/sign-out"), "/sign-out")
            stream.send(b"")
            with pytest.raises(ConnectionClosed, match="1008"):
                receive_to_the_end(stream)
