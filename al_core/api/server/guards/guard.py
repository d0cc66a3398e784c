from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from al_core.api.server.context import Context, Services
from al_core.api.server.errors import ApiError, as_api_error
from al_core.exceptions import ALCoreError


class Guard:
    """One of the middlewares in front of the API. A subclass overrides the steps that it has something to do at.

    Args:
        app: What stands behind it.
        context: That of the API.
    """

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        try:
            await self.check(request)
        except ApiError as refusal:
            await refusal.response()(scope, receive, send)
            return
        except ALCoreError as error:
            # The handlers of the application stand behind the guards.
            await as_api_error(error).response()(scope, receive, send)
            return
        await self._app(scope, self.incoming(request, receive), self.outgoing(request, send))

    async def check(self, request: HTTPConnection) -> None:
        """Raise `ApiError` if the request must not go further."""

    def incoming(self, request: HTTPConnection, receive: Receive) -> Receive:
        """Return how the application receives the body."""
        return receive

    def outgoing(self, request: HTTPConnection, send: Send) -> Send:
        """Return how the application sends its answer."""
        return send

    async def services(self) -> Services:
        """Return what the routes work with."""
        services = self._context.services
        return services if services else await run_in_threadpool(self._context.open)


def path_of(request: HTTPConnection) -> str:
    """Return the path below `/v1`."""
    return str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))


def method_of(request: HTTPConnection) -> str:
    """Return the method in capitals."""
    return str(request.scope["method"])


def address_of(request: HTTPConnection) -> str:
    """Return the address of the client, empty if the connection has none."""
    return request.client.host if request.client else ""
