import pytest
from starlette.types import Scope

from al_core.api.server.door.proxies import without_proxies
from al_core.api.server.guards.origin import is_from_this_machine

PROXY = "10.0.0.7"


def request(peer: str, *, port: int = 4000, kind: str = "http", **headers: str) -> Scope:
    lines = {"host": "localhost"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "type": kind,
        "scheme": "http" if kind == "http" else "ws",
        "client": (peer, port),
        "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
    }


def client(scope: Scope, *trusted: str) -> str:
    return str(without_proxies(scope, trusted)["client"][0])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (PROXY, "192.0.2.9", "192.0.2.9"),
        (PROXY, "198.51.100.1, 192.0.2.9", "192.0.2.9"),
        (PROXY, "127.0.0.1, 192.0.2.9, 10.0.0.8", "192.0.2.9"),
        (PROXY, "::ffff:192.0.2.9", "192.0.2.9"),
        (PROXY, "nonsense", "nonsense"),
        ("::ffff:10.0.0.7", "192.0.2.9", "192.0.2.9"),
        ("10.0.0.9", "192.0.2.9", "10.0.0.9"),
        ("127.0.0.1", "192.0.2.9", "127.0.0.1"),
    ],
)
def test_only_what_a_trusted_proxy_saw_is_believed(peer: str, forwarded: str, expected: str) -> None:
    assert client(request(peer, x_forwarded_for=forwarded), PROXY, "10.0.0.8") == expected


def test_a_trusted_proxy_that_names_nobody_is_the_client_itself() -> None:
    assert client(request(PROXY), PROXY) == PROXY


def test_several_lines_are_one_list() -> None:
    scope = request(PROXY)
    scope["headers"] += [(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"192.0.2.9")]
    assert client(scope, PROXY) == "192.0.2.9"


@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
def test_the_scheme_is_that_between_client_and_trusted_proxy(kind: str, scheme: str) -> None:
    scope = request(PROXY, kind=kind, x_forwarded_for="192.0.2.9", x_forwarded_proto="https")
    assert without_proxies(scope, [PROXY])["scheme"] == scheme
    assert without_proxies(scope, [])["scheme"] == scope["scheme"]
    assert without_proxies(request(PROXY, x_forwarded_proto="gopher"), [PROXY])["scheme"] == "http"


def test_what_uvicorn_put_in_place_of_the_peer_is_not_believed() -> None:
    replaced = request(PROXY, port=0, x_forwarded_for=f"192.0.2.9, {PROXY}")
    assert client(replaced, PROXY) == "127.0.0.1"
    assert client(replaced, PROXY, "127.0.0.1") == "192.0.2.9"


@pytest.mark.parametrize("trusted", [(), ("127.0.0.1",)])
@pytest.mark.parametrize("forwarded", ["127.0.0.1", "192.0.2.9, 127.0.0.1", "::1"])
def test_nobody_behind_a_proxy_is_at_this_machine(trusted: tuple[str, ...], forwarded: str) -> None:
    assert not is_from_this_machine(without_proxies(request("127.0.0.1", x_forwarded_for=forwarded), trusted))
