"""Who comes in at the door of the dashboard, whatever it listens on; the API has its own guards behind it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from al_core.api.server.guards.origin import is_loopback
from al_core.store import Workspace
from tests.api.server.door.dashboards import answer
from tests.e2e.server import ROOT, running_app
from tests.patience import PATIENCE
from tests.unmeasured import unmeasured_environment

FOREIGN = "192.0.2.2"
SENTENCE = "The dashboard asks people at other machines for a token"
PATHS = [
    "/",
    "/explore",
    "/_stcore/health",
    "/_stcore/host-config",
    "/media/a.png",
    "/images/0/0",
    "/drop/0",
    "/jobs/0",
    "/map/0",
    "/v1x",
    "/v1",
]
PROXIED = [
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Host": "localhost"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 proxy"},
    {"X-Real-IP": "127.0.0.1"},
]
LOCAL_HOST = {"Host": "localhost"}
FOREIGN_HOSTS = [{"Host": host} for host in ("evil.example", "localhost.evil.example", FOREIGN, "0.0.0.0", "[")]


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8501", "127.0.0.1:8501", "[::1]:8501"])
def test_a_browser_on_this_machine_is_let_in(client: str, host: str) -> None:
    assert answer("/", client, {"Host": host}) == 200
    assert answer("/stream", client, {"Host": host}, "websocket") == 101


@pytest.mark.parametrize("client", [FOREIGN, "10.0.0.1", "fd00::2", "::ffff:192.0.2.2", "", "unix", None])
@pytest.mark.parametrize(("path", "kind"), [("/", "http"), ("/stream", "websocket"), ("/v1/stream", "websocket")])
def test_any_other_client_has_to_sign_in_over_http_and_websocket(path: str, kind: str, client: str | None) -> None:
    assert answer(path, client, kind=kind) == 401


@pytest.mark.parametrize("headers", PROXIED, ids=str)
@pytest.mark.parametrize(("path", "kind"), [("/", "http"), ("/stream", "websocket")])
def test_whoever_comes_through_a_proxy_on_this_machine_has_to_sign_in(
    path: str, kind: str, headers: dict[str, str]
) -> None:
    assert answer(path, "127.0.0.1", headers, kind) == 401


@pytest.mark.parametrize("headers", FOREIGN_HOSTS, ids=str)
@pytest.mark.parametrize(("path", "kind"), [("/", "http"), ("/stream", "websocket"), ("/sign-in", "http")])
def test_a_name_that_is_not_served_is_refused_also_from_this_machine(
    path: str, kind: str, headers: dict[str, str]
) -> None:
    assert answer(path, "127.0.0.1", headers, kind) == 403


def test_a_browser_without_a_sign_in_is_led_to_the_page_for_it() -> None:
    assert answer("/explore", FOREIGN, {"Accept": "text/html,*/*"}) == 303


@pytest.mark.parametrize("origin", ["http://localhost:9999", "http://localhost", "http://evil.example", "null", "["])
def test_the_page_of_another_site_or_port_opens_no_websocket_and_sends_nothing(origin: str) -> None:
    assert answer("/stream", "127.0.0.1", {"Origin": origin}, "websocket") == 403
    assert answer("/", "127.0.0.1", {"Origin": origin}, method="PUT") == 403


def test_the_pages_of_the_dashboard_open_the_websocket_and_send_files() -> None:
    own = {"Origin": "http://localhost:8501", "Sec-Fetch-Site": "same-origin"}
    assert answer("/stream", "127.0.0.1", own, "websocket") == 101
    assert answer("/", "127.0.0.1", own, method="PUT") == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_link_to_a_page_but_not_load_from_here(site: str) -> None:
    assert answer("/explore", "127.0.0.1", {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}) == 200
    assert answer("/images/0/0", "127.0.0.1", {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}) == 403
    assert answer("/", "127.0.0.1", {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}, method="POST") == 403


def test_the_route_that_guards_itself_is_left_to_its_guard() -> None:
    assert answer("/v1/datasets", FOREIGN) == 200


@pytest.mark.parametrize("path", ["/v1", "/v1x", "//v1/", "/V1/", "/x/v1/", "/v1/a\nb"])
def test_a_path_that_only_looks_like_that_route_needs_a_sign_in(path: str) -> None:
    assert answer(path, FOREIGN) == 401


# Options behind which Streamlit would listen on all addresses: it does so without an address, too.
@pytest.mark.parametrize("address", ["0.0.0.0", FOREIGN, ""])
def test_the_dashboard_does_not_start_on_an_open_address_without_a_token(tmp_path: Path, address: str) -> None:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0", "--server.address", address]
    environment = unmeasured_environment() | {"AL_CORE_HOME": str(tmp_path)}
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.returncode != 0
    assert f"{address or '0.0.0.0'} can be reached from other machines, and no token protects it" in ended.stderr
    assert "Traceback" not in ended.stderr


@dataclass(frozen=True)
class Door:
    """A real dashboard that listens on every address of this machine, and a token for its API."""

    address: str
    secret: str

    def through(self, host: str) -> str:
        """The address of the dashboard as other machines call it."""
        return self.address.replace("127.0.0.1", host)


def addresses_of_this_machine() -> list[str]:
    """Addresses under which other machines reach this one; none without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((FOREIGN, 9))  # sends nothing: it only chooses the way
        except OSError:
            return []
        address = str(probe.getsockname()[0])
    return [] if is_loopback(address) else [address]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("door")
    with Workspace(home) as workspace:
        secret = workspace.tokens.create("ci")
    names = ",".join([*addresses_of_this_machine(), "models.example"])
    with running_app(home, "app.py", "--server.address", "0.0.0.0", AL_CORE_ALLOWED_HOSTS=names) as address:
        yield Door(address, secret)


def shake_hands(address: str, headers: dict[str, str] | None = None) -> requests.Response:
    """The answer to the handshake of the dashboard's WebSocket."""
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "streamlit",
    }
    # A stream, because a WebSocket that is let in sends on and on.
    with requests.get(
        f"{address}/_stcore/stream", headers=handshake | (headers or {}), timeout=PATIENCE, stream=True
    ) as it:
        return it


def is_refused(answer: requests.Response) -> bool:
    return answer.status_code == 401 and answer.text.startswith(SENTENCE)


def test_the_real_dashboard_serves_this_machine(door: Door) -> None:
    assert requests.get(door.address, timeout=PATIENCE).status_code == 200
    assert shake_hands(door.address).status_code == 101


@pytest.mark.parametrize("headers", PROXIED, ids=str)
def test_no_route_of_the_real_dashboard_answers_a_proxy_without_a_sign_in(door: Door, headers: dict[str, str]) -> None:
    for path in PATHS:
        assert is_refused(requests.get(door.address + path, headers=headers, timeout=PATIENCE)), path
    assert shake_hands(door.address, headers).status_code == 401


@pytest.mark.parametrize("headers", FOREIGN_HOSTS[:2], ids=str)
def test_no_route_of_the_real_dashboard_answers_to_another_name(door: Door, headers: dict[str, str]) -> None:
    for path in PATHS:
        assert requests.get(door.address + path, headers=headers, timeout=PATIENCE).status_code == 403, path
    assert shake_hands(door.address, headers).status_code == 403


def test_no_route_of_the_real_dashboard_answers_another_machine_that_claims_to_be_this_one(door: Door) -> None:
    for host in addresses_of_this_machine():
        for path in PATHS:
            assert is_refused(requests.get(door.through(host) + path, headers=LOCAL_HOST, timeout=PATIENCE)), path
        assert is_refused(
            requests.put(f"{door.through(host)}/_stcore/upload_file/0/0", headers=LOCAL_HOST, timeout=PATIENCE)
        )
        assert shake_hands(door.through(host), LOCAL_HOST).status_code == 401


def test_the_api_next_to_the_real_dashboard_serves_other_machines_with_a_token(door: Door) -> None:
    for host in addresses_of_this_machine():
        address = f"{door.through(host)}/v1/datasets"
        assert requests.get(address, timeout=PATIENCE).status_code == 401
        assert requests.get(address, headers={"Authorization": f"Bearer {door.secret}"}, timeout=PATIENCE).json() == []


def test_the_api_next_to_the_real_dashboard_has_its_own_list_of_host_names(door: Door) -> None:
    address = f"{door.address}/v1/datasets"
    bearer = {"Authorization": f"Bearer {door.secret}"}
    assert requests.get(address, headers=bearer | {"Host": "models.example"}, timeout=PATIENCE).status_code == 200
    assert requests.get(address, headers=bearer | {"Host": "evil.example"}, timeout=PATIENCE).status_code == 403
