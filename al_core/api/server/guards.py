"""What stands before every route: who may come in, how often, and with how much."""

import time
from collections import OrderedDict
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from al_core.api.server.audit import AuditLog
from al_core.api.server.context import Context, Services
from al_core.api.server.errors import ApiError
from al_core.api.server.settings import MEGABYTE, Settings
from al_core.api.server.signed_urls import PREFIX
from al_core.store.tokens import Token

READING = ("GET", "HEAD", "OPTIONS")
OPEN_TO_ALL = ("/versions/",)
WRONG_TOKENS_PER_SECOND = 5


class Guard:
    """Refuses foreign hosts and pages, wrong tokens, floods and oversized bodies, and notes every write."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._context = context
        self._requests = Meter(context.settings.requests_per_second)
        self._mistakes = Meter(WRONG_TOKENS_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        services = self._context.services
        if services is None:
            services = await run_in_threadpool(self._context.open)
        headers, path = Headers(scope=scope), scope["path"].removeprefix(scope.get("root_path", ""))
        limit = self._limit(path)
        try:
            check_origin(headers, self._context.settings)
            user = await self._user(scope, headers, path, services)
            check_length(headers, limit)
        except ApiError as refusal:
            await refusal.response()(scope, receive, send)
            return
        audited = send if scope["method"] in READING else self._audited(scope, path, user, services, send)
        await self._app(scope, limited(receive, limit), audited)

    async def _user(self, scope: Scope, headers: Headers, path: str, services: Services) -> str:
        address = scope["client"][0] if scope["client"] else ""
        is_local = is_loopback(address)
        if path.startswith((f"{PREFIX}/", *OPEN_TO_ALL)):
            self._requests.count(address, is_local)
            return "signed URL"
        token = None
        secret = secret_of(scope, headers)
        if secret is not None:
            token = await run_in_threadpool(services.workspace.tokens.find, secret)
        if token is None and (
            not is_local or services.settings.require_token or await self._is_wrong(secret, services)
        ):
            self._mistakes.count(address, False)
            message = "a valid token is needed: create one with `al-core token create NAME`"
            raise ApiError(401, "UNAUTHORIZED", message, "NotAllowedError")
        check_role(token, scope["method"])
        self._requests.count(token.name if token else address, is_local)
        return token.name if token else "this machine"

    async def _is_wrong(self, secret: str | None, services: Services) -> bool:
        # Old scripts send some token because they had to. As long as nobody made one here, it means nothing.
        return secret is not None and bool(await run_in_threadpool(services.workspace.tokens.all))

    def _limit(self, path: str) -> int:
        settings = self._context.settings
        return (settings.max_upload_mb if path.startswith(PREFIX) else settings.max_body_mb) * MEGABYTE

    def _audited(self, scope: Scope, path: str, user: str, services: Services, send: Send) -> Send:
        log = AuditLog(services.workspace.home / "audit.jsonl")

        async def audited(message: Message) -> None:
            # Before the client hears of it, so that no acknowledged write is missing.
            if message["type"] == "http.response.start":
                address = scope["client"][0] if scope["client"] else ""
                await run_in_threadpool(log.add, user, address, scope["method"], path, message["status"])
            await send(message)

        return audited


class Meter:
    """Counts requests in a window of a second for each client."""

    def __init__(self, per_second: int, n_clients: int = 10_000) -> None:
        self._per_second = per_second
        self._n_clients = n_clients
        self._windows: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def count(self, client: str, is_exempt: bool) -> None:
        """Count a request, or refuse it when there have been too many."""
        if is_exempt or not self._per_second:
            return
        now = int(time.monotonic())
        second, count = self._windows.pop(client, (now, 0))
        count = count + 1 if second == now else 1
        self._windows[client] = (now, count)
        if len(self._windows) > self._n_clients:
            self._windows.popitem(last=False)
        if count > self._per_second:
            raise ApiError(
                429, "TOO_MANY_REQUESTS", f"at most {self._per_second} requests a second; wait and try again"
            )


def check_origin(headers: Headers, settings: Settings) -> None:
    """Refuse a Host that is not ours, which a website can make of its own name, and pages of other sites."""
    host = headers.get("host", "")
    if hostname(host) not in settings.allowed_hosts:
        raise ApiError(403, "FORBIDDEN", f"host {host!r} is not served here; name it in AL_CORE_ALLOWED_HOSTS")
    origin = headers.get("origin")
    if headers.get("sec-fetch-site") == "cross-site" or (origin is not None and urlsplit(origin).netloc != host):
        raise ApiError(403, "FORBIDDEN", "requests from the pages of other sites are refused")


def hostname(host: str) -> str | None:
    """Return the name or address in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def is_loopback(address: str) -> bool:
    """Return whether an address is one that only this machine can reach."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    # A socket for both families shows IPv4 clients as ::ffff:127.0.0.1, which Python 3.11 does not call a loopback.
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def secret_of(scope: Scope, headers: Headers) -> str | None:
    """Return the token of a request: a Bearer header, or the query parameter that Lightly's clients use."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return secret
    values = parse_qs(scope["query_string"].decode("latin-1")).get("token")
    return values[0] if values else None


def check_role(token: Token | None, method: str) -> None:
    """Refuse a write with a token that may only read."""
    if token and not token.may_write and method not in READING:
        raise ApiError(403, "FORBIDDEN", f"token '{token.name}' may only read", "NotAllowedError")


def check_length(headers: Headers, limit: int) -> None:
    """Refuse a body that announces more than it may have."""
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        raise ApiError(400, "MALFORMED_REQUEST", "Content-Length is a whole number")
    if int(length) > limit:
        raise ApiError(413, "CONTENT_TOO_LARGE", f"a body has at most {limit // MEGABYTE:,} MB")


def limited(receive: Receive, limit: int) -> Receive:
    """Stop a body without a length once it is too long."""
    n_bytes = 0

    async def counted() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > limit:
            raise ApiError(413, "CONTENT_TOO_LARGE", f"a body has at most {limit // MEGABYTE:,} MB")
        return message

    return counted
