from collections.abc import Callable, Sequence
from dataclasses import replace

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from al_core.api.server.caller import READING
from al_core.api.server.context import Context
from al_core.api.server.door.headers import SecurityHeaders
from al_core.api.server.door.proxies import without_proxies
from al_core.api.server.door.sign_in import SIGN_IN, SIGN_OUT, SignIn
from al_core.api.server.door.visitor import Visitor, announced
from al_core.api.server.errors import ApiError
from al_core.api.server.guards.origin import check_host, check_page, is_from_this_machine

NOT_SIGNED_IN = (
    "The dashboard asks people at other machines for a token: open it in a browser to sign in. "
    "Programs use the REST API under /v1 with a token, which `al-core token create NAME` makes.\n"
)
CONTENT_PATHS = ("/changes/", "/drop/", "/images/", "/jobs/", "/map/", "/media/")
POLICY_VIOLATION = 1008
"""With which a WebSocket is closed whose session has ended (RFC 6455, section 7.4.1)."""


class Door:
    """Stands before everything that listens, and decides who comes in and as whom.

    People at this machine come in; others sign in with a token first. The API is left to its guards, which ask for
    tokens themselves.

    Args:
        app: What stands behind the door.
        context: That of the API.
        is_of_api: Whether a request goes to the API. It is to ask the very route, so that no path can be taken for one
            of the API here and go elsewhere there.
        inline_scripts: As in `SecurityHeaders`.
    """

    def __init__(
        self, app: ASGIApp, context: Context, is_of_api: Callable[[Scope], bool], inline_scripts: Sequence[str] = ()
    ) -> None:
        self._app = app
        self._settings = context.settings
        self._is_of_api = is_of_api
        self._sign_in = SignIn(context)
        self._headers = SecurityHeaders(context.settings.frame_ancestors, inline_scripts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a WebSocket through, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = without_proxies(scope, self._settings.trusted_proxies)
        # The API's guards look at HTTP alone, and the API has no WebSocket.
        if scope["type"] == "http" and self._is_of_api(scope):
            await self._app(scope, receive, self._headers.added(send, self._headers.of_content))
            return
        policy = self._headers.of_content if _is_content(scope) else self._headers.of_dashboard
        await self._open(scope, receive, self._headers.added(send, policy))

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(scope, receive)
            visitor = None if answer else await self._visitor(scope)
        except ApiError as refusal:
            answer = PlainTextResponse(f"{refusal.detail}\n", refusal.status_code, refusal.headers)
        if answer is None and visitor is not None:
            await self._app(announced(scope, visitor), self._watched(scope, visitor, receive, send), send)
            return
        # Starlette sends this as an answer to a WebSocket's handshake too, which fails thereby.
        await (answer or self._ask_to_sign_in(scope))(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        """Return the answer of the door itself, or None if the request goes on; raise if it must not."""
        request = HTTPConnection(scope)
        check_host(request.headers.get("host", ""), self._settings.allowed_hosts)
        is_form = scope["path"] in (SIGN_IN, SIGN_OUT) and scope["type"] == "http"
        check_page(scope, is_form=is_form)
        return await self._sign_in.answer(Request(scope, receive)) if is_form else None

    async def _visitor(self, scope: Scope) -> Visitor | None:
        """Return who makes a request, or None if nobody who may; raise if they may not do this."""
        is_here = is_from_this_machine(scope)
        visitor = Visitor(is_here=True)
        if not is_here or self._settings.require_token:
            token = await self._sign_in.token_of(HTTPConnection(scope))
            if token is None:
                return None
            visitor = replace(visitor, is_here=is_here, may_write=token.may_write, token_name=token.name)
        if scope["type"] == "http" and scope["method"] not in READING and not visitor.may_write:
            raise ApiError(403, "FORBIDDEN", "you are signed in read-only", "NotAllowedError")
        return visitor

    def _watched(self, scope: Scope, visitor: Visitor, receive: Receive, send: Send) -> Receive:
        """Return a receive that closes a WebSocket at the first message after its session has ended."""
        if scope["type"] == "http" or not visitor.token_name:
            return receive

        async def watched() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            # A page stays open for days: whoever revokes a token expects it to end at once, not with the socket.
            if await self._sign_in.token_of(HTTPConnection(scope)) is None:
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})
                return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}
            return message

        return watched

    def _ask_to_sign_in(self, scope: Scope) -> Response:
        request = HTTPConnection(scope)
        is_page = scope["type"] == "http" and scope["method"] == "GET" and _wants_page(request)
        if is_page:
            return self._sign_in.redirect(request)
        return PlainTextResponse(NOT_SIGNED_IN, 401, {"Cache-Control": "no-store"})


def _wants_page(request: HTTPConnection) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _is_content(scope: Scope) -> bool:
    return scope["type"] == "websocket" or str(scope["path"]).startswith(CONTENT_PATHS)
