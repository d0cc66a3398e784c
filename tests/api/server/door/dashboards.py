"""A stand-in for the dashboard behind the real door, and requests to it from any address."""

import asyncio

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match, Mount, Route, WebSocketRoute
from starlette.types import Message, Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from al_core.api.server.context import Context
from al_core.api.server.door import Door
from al_core.api.server.door.visitor import HEADER
from al_core.api.server.settings import Settings
from al_core.store import Workspace


async def open_page(request: Request) -> JSONResponse:
    """What the dashboard hears of a visitor."""
    address = request.client.host if request.client else ""
    return JSONResponse({"visitor": request.headers.getlist(HEADER), "address": address, "scheme": request.url.scheme})


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


API = Mount("/v1", routes=[Route("/{path:path}", open_page), WebSocketRoute("/stream", echo)])


def is_of_api(scope: Scope) -> bool:
    return API.matches(scope)[0] is Match.FULL


def dashboard(workspace: Workspace | None = None, settings: Settings | None = None) -> Starlette:
    """An application behind the door; without a workspace it fails as soon as one is needed."""

    def open_workspace() -> Workspace:
        assert workspace, "whoever is at this machine or refused needs no look at the tokens"
        return workspace

    context = Context(open_workspace, settings or Settings())
    page = Route("/{path:path}", open_page, methods=["GET", "PUT", "POST"])
    return Starlette(
        routes=[API, WebSocketRoute("/stream", echo), page],
        middleware=[Middleware(Door, context=context, is_of_api=is_of_api)],
    )


APP = dashboard()


def answer(
    path: str, client: str | None, headers: dict[str, str] | None = None, kind: str = "http", method: str = "GET"
) -> int:
    """The status of the answer to a request without a sign-in; of a WebSocket 101 if it was accepted."""
    messages: list[Message] = []
    incoming: list[Message] = [{"type": "http.request"} if kind == "http" else {"type": "websocket.connect"}]

    async def receive() -> Message:
        return incoming.pop() if incoming else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Message) -> None:
        messages.append(message)

    scope: Scope = {
        "type": kind,
        "method": method,
        "scheme": kind,
        "path": path,
        "query_string": b"",
        "client": client and (client, 4000),
        "headers": [
            (name.lower().encode(), value.encode())
            for name, value in ({"Host": "localhost:8501"} | (headers or {})).items()
        ],
    }
    asyncio.run(APP(scope, receive, send))
    return 101 if messages[0]["type"] == "websocket.accept" else int(messages[0]["status"])
