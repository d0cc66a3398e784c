"""Signing in to the dashboard with a token, and out again."""

import hashlib
import hmac
import re
import secrets
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from al_core.api.server.caller import Caller
from al_core.api.server.context import Context, Services
from al_core.api.server.door.sessions import SESSION_SECONDS, Sessions
from al_core.api.server.door.sign_in_page import sign_in_page, sign_out_page
from al_core.api.server.errors import ApiError
from al_core.api.server.guards.audit import AuditLog
from al_core.api.server.guards.guard import address_of
from al_core.api.server.guards.origin import is_from_this_machine
from al_core.api.server.guards.rate import Meter
from al_core.api.server.guards.size import limited
from al_core.store.tokens import Token

SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
TRIES_PER_MINUTE = 10
"""Of one client: too few to guess a token, enough for somebody who mistypes one."""
LARGEST_FORM = 8192
"""In bytes: a token and the address to return to."""
COOKIE = "al_core_"
"""What the names of all our cookies begin with."""

LOCAL_PATH = re.compile(r"/(?![/\\])[!-~]*")
"""Where to go after signing in: a path here, never another host, however a browser reads it."""


class SignIn:
    """Answers `/sign-in` and `/sign-out`, and tells whose session a request belongs to.

    Args:
        context: That of the API.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tries = Meter(TRIES_PER_MINUTE, seconds=60)

    async def token_of(self, request: HTTPConnection) -> Token | None:
        """Return the token with which the browser of a request has signed in, if it still is valid."""
        return await run_in_threadpool(self._token_of, request)

    def redirect(self, request: HTTPConnection) -> Response:
        """Return the answer to a page that needs a sign-in first."""
        query = request.url.query
        wanted = request.url.path + (f"?{query}" if query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='/')}", 303, {"Cache-Control": "no-store"})

    async def answer(self, request: Request) -> Response:
        """Return the answer to a request for one of the two paths.

        Raises:
            ApiError: If a form is not one of this server's, or there were too many tries.
        """
        if request.method not in ("GET", "HEAD", "POST"):
            raise ApiError(405, "METHOD_NOT_ALLOWED", "use GET or POST", "NotAllowedError", {"Allow": "GET, POST"})
        if request.url.path == SIGN_OUT:
            return await self._sign_out(request)
        if request.method == "POST":
            return await self._sign_in(request)
        return await self._form(request, _way_on(request.query_params.get("next", "")))

    async def _form(self, request: Request, way_on: str, error: str = "", status: int = 200) -> Response:
        nonce = secrets.token_urlsafe(16)
        is_private = request.url.scheme == "https" or is_from_this_machine(request.scope)
        page = sign_in_page(nonce, way_on, is_private=is_private, error=error, status=status)
        return await self._with_nonce(request, page, nonce)

    async def _sign_in(self, request: Request) -> Response:
        fields = await self._fields(request)
        way_on = _way_on(fields.get("next", ""))
        try:
            self._tries.count(address_of(request))
        except ApiError:
            return await self._form(request, way_on, "Too many tries; wait a minute and try again.", 429)
        services = await self._services()
        token = await run_in_threadpool(services.workspace.tokens.find, fields.get("token", "").strip())
        if token is None:
            return await self._form(request, way_on, "There is no such token; it may have been revoked.", 401)
        key = await run_in_threadpool(self._sessions(services).begin, token.id)
        await run_in_threadpool(self._write_down, services, request, token)
        answer = RedirectResponse(way_on, 303, {"Cache-Control": "no-store"})
        self._set_cookie(request, answer, self._session_cookie(services), key, SESSION_SECONDS)
        return answer

    async def _sign_out(self, request: Request) -> Response:
        token = await self.token_of(request)
        if token is None:
            return RedirectResponse(SIGN_IN, 303, {"Cache-Control": "no-store"})
        # Asked first, so that no link or image elsewhere signs anybody out.
        if request.method != "POST":
            nonce = secrets.token_urlsafe(16)
            return await self._with_nonce(request, sign_out_page(nonce, token.name), nonce)
        await self._fields(request)
        services = await self._services()
        await run_in_threadpool(self._sessions(services).end, request.cookies[self._session_cookie(services)])
        await run_in_threadpool(self._write_down, services, request, token)
        answer = RedirectResponse(SIGN_IN, 303, {"Cache-Control": "no-store"})
        # An empty cookie that ends at once takes the place of the key.
        self._set_cookie(request, answer, self._session_cookie(services), "", 0)
        return answer

    async def _fields(self, request: Request) -> dict[str, str]:
        """Return what a form sends, or raise unless the form came from here.

        The browser reports no origin for forms of pages with `Referrer-Policy: no-referrer`. So each form carries a
        number that the browser sends as a cookie too, and no page elsewhere can read or set that cookie.
        """
        content = await Request(request.scope, limited(request.receive, LARGEST_FORM)).body()
        # Latin-1 reads any byte; a form escapes what is not ASCII.
        fields = {name: values[0] for name, values in parse_qs(content.decode("latin-1")).items()}
        sent = fields.get("nonce", "").encode()
        cookie = request.cookies.get(await self._nonce_cookie(), "")
        expected = cookie.encode("utf-8", "surrogateescape")
        if not sent or not hmac.compare_digest(sent, expected):
            message = "this form is not of this browser or too old; go back, reload the page and try again"
            raise ApiError(403, "FORBIDDEN", message, "NotAllowedError")
        return fields

    def _token_of(self, request: HTTPConnection) -> Token | None:
        if not any(name.startswith(COOKIE) for name in request.cookies):
            return None
        services = self._context.open()
        key = request.cookies.get(self._session_cookie(services))
        token_id = self._sessions(services).find(key) if key else None
        return services.workspace.tokens.get(token_id) if token_id else None

    async def _services(self) -> Services:
        services = self._context.services
        return services if services else await run_in_threadpool(self._context.open)

    async def _with_nonce(self, request: Request, page: Response, nonce: str) -> Response:
        self._set_cookie(request, page, await self._nonce_cookie(), nonce, None)
        return page

    async def _nonce_cookie(self) -> str:
        return f"{self._session_cookie(await self._services())}_form"

    @staticmethod
    def _session_cookie(services: Services) -> str:
        # Browsers share cookies among all ports of a host, so each workspace has a name of its own.
        digest = hashlib.sha256(str(services.workspace.home).encode()).hexdigest()
        return COOKIE + digest[:8]

    @staticmethod
    def _sessions(services: Services) -> Sessions:
        return Sessions(services.workspace.home / "sessions")

    @staticmethod
    def _set_cookie(request: Request, answer: Response, name: str, value: str, seconds: int | None) -> None:
        # Browsers drop a secure cookie that comes over plain HTTP, and then nobody could sign in.
        is_https = request.url.scheme == "https"
        answer.set_cookie(name, value, seconds, httponly=True, samesite="strict", secure=is_https)

    @staticmethod
    def _write_down(services: Services, request: Request, token: Token) -> None:
        caller = Caller(address_of(request), token)
        AuditLog(services.workspace.home / "audit.jsonl").add(caller, request.method, request.url.path, 303)


def _way_on(path: str) -> str:
    # Not `match`, which checks the beginning alone.
    return path if LOCAL_PATH.fullmatch(path) else "/"
