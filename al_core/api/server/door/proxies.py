"""Who is at the other end of a connection, when proxies stand between."""

from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

# With `proxy_headers` on, as Streamlit runs it, uvicorn believes 127.0.0.1: it puts what X-Forwarded-For claims in
# place of that address, and 0, which no peer has, in place of the port.
REPLACED_PORT = 0
REPLACED_ADDRESS = "127.0.0.1"


def without_proxies(scope: Scope, trusted: Collection[str]) -> Scope:
    """Return a request as it was before the trusted proxies: the client and the scheme are those of its first hop.

    The headers stay, so that a request which came through a proxy, trusted or not, never counts as one of this machine.

    Args:
        scope: Of HTTP or a WebSocket.
        trusted: Addresses of proxies. Only what they say in X-Forwarded-For and X-Forwarded-Proto is believed.
    """
    peer = _peer(scope)
    headers = Headers(scope=scope)
    if peer not in trusted:
        return {**scope, "client": (peer, _port(scope))}
    # The port of a client behind a proxy is unknown.
    return {**scope, "client": (_client(peer, headers, trusted), 0), "scheme": _scheme(scope, headers)}


def _peer(scope: Scope) -> str:
    if not scope.get("client"):
        return ""
    return REPLACED_ADDRESS if _port(scope) == REPLACED_PORT else plain_address(scope["client"][0])


def _port(scope: Scope) -> int:
    return int(scope["client"][1]) if scope.get("client") else REPLACED_PORT


def _client(peer: str, headers: Headers, trusted: Collection[str]) -> str:
    # Each proxy adds at the end what it saw, so the last address that is no proxy of ours is the one to believe.
    hops = [hop.strip() for line in headers.getlist("x-forwarded-for") for hop in line.split(",")]
    for hop in reversed(hops):
        address = plain_address(hop)
        if address not in trusted:
            return address
    return peer


def _scheme(scope: Scope, headers: Headers) -> str:
    scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
    if scheme not in ("http", "https"):
        return str(scope["scheme"])
    is_socket = scope["type"] == "websocket"
    return scheme.replace("http", "ws") if is_socket else scheme


def plain_address(text: str) -> str:
    """Return an address in its usual form, IPv4 also where a socket for both families shows ::ffff:192.0.2.1.

    Examples:
        >>> plain_address("::ffff:192.0.2.1"), plain_address("FD00::0:2"), plain_address("unknown")
        ('192.0.2.1', 'fd00::2', 'unknown')
    """
    try:
        address = ip_address(text)
    except ValueError:
        return text
    return str(getattr(address, "ipv4_mapped", None) or address)
