"""Where a request comes from: not from the page of another site, and not for a name that is not served here."""

from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from al_core.api.server.errors import ApiError
from al_core.api.server.guards.guard import Guard, path_of

_PROXY_HEADERS = ("forwarded", "via", "x-real-ip")


class Origin(Guard):
    """Refuses foreign hosts, pages of other sites, and addresses that no route can mean."""

    async def check(self, request: HTTPConnection) -> None:
        """Raise unless the request may be answered here."""
        check_host(request.headers.get("host", ""), self._context.settings.allowed_hosts)
        check_site(request.headers)
        if "\0" in path_of(request) or b"%00" in request.scope["query_string"]:
            # PostgreSQL takes no such text, not even to compare with.
            raise ApiError(400, "MALFORMED_REQUEST", "an address must not contain the character NUL")


def check_host(host: str, allowed_hosts: Collection[str]) -> None:
    """Raise `ApiError` unless a server of these names is asked for."""
    # A website can let its own name point at this machine: then its scripts count as ours, but for this header.
    if hostname(host) not in allowed_hosts:
        message = f"host {host!r} is not served here; add it to AL_CORE_ALLOWED_HOSTS"
        raise ApiError(403, "FORBIDDEN", message, "NotAllowedError")


def check_site(headers: Headers) -> None:
    """Raise `ApiError` if a browser says that the page of another site makes the request."""
    origin = headers.get("origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != headers.get("host", "")
    if is_foreign or headers.get("sec-fetch-site") == "cross-site":
        raise ApiError(403, "FORBIDDEN", "requests from the pages of other sites are refused", "NotAllowedError")


def check_page(scope: Scope, *, is_form: bool) -> None:
    """Raise `ApiError` unless a request of the dashboard comes from its own pages, or a person opens a page.

    Links from elsewhere lead here, but nothing elsewhere opens the WebSocket, loads an image or sends a form. Pages at
    another port of the same host are elsewhere.

    Args:
        scope: Of HTTP or a WebSocket.
        is_form: Whether this is a form that brings its own proof; browsers say "null" of its origin.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    # Programs send no origin, and neither do browsers with a plain GET.
    is_same_host = origin is None or urlsplit(origin).netloc == headers.get("host", "")
    is_own = is_same_host or (is_form and origin == "null")
    is_get = scope["type"] == "http" and scope["method"] == "GET"
    is_opened = is_get and headers.get("sec-fetch-mode") == "navigate"
    # `same-site` is another port or subdomain, which may be somebody else's.
    if not is_own or (headers.get("sec-fetch-site") in ("cross-site", "same-site") and not is_opened):
        raise ApiError(403, "FORBIDDEN", "requests from the pages of other sites are refused", "NotAllowedError")


def hostname(host: str) -> str | None:
    """Return the name or address in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Return whether only this machine can reach an address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    # A socket for both families shows IPv4 clients as ::ffff:127.0.0.1, which Python 3.11 does not call a loopback.
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def is_local_name(name: str | None) -> bool:
    """Return whether a name or address leads to this machine only."""
    return name is not None and (name == "localhost" or is_loopback(name))


def is_from_this_machine(scope: Scope) -> bool:
    """Return whether a request was made on this machine, for a name of this machine, and not by a proxy for another.

    The name in `Host` keeps out web pages that point their own domain at 127.0.0.1. A proxy on this machine has a
    loopback address whomever it works for; it gives itself away by its headers.
    """
    headers = Headers(scope=scope)
    is_proxied = any(name in _PROXY_HEADERS or name.startswith("x-forwarded-") for name in headers)
    address = scope["client"][0] if scope.get("client") else ""
    asked_for = hostname(headers.get("host", ""))
    return is_loopback(address) and is_local_name(asked_for) and not is_proxied
