"""The door of the dashboard, which has no sign-in: it opens only to people at the machine it runs on."""

from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from al_core.api.server.guards.origin import is_from_this_machine, is_local_name
from al_core.exceptions import NotAllowedError
from al_core.store import Workspace

ALL_ADDRESSES = "0.0.0.0"
"""Where Streamlit listens when `server.address` is not set."""

REFUSAL = (
    "The dashboard has no sign-in, so it answers only at the machine it runs on: open http://localhost:8501 there, "
    "or from here through a tunnel: ssh -L 8501:localhost:8501 THAT_MACHINE. Other machines may use the REST API "
    "under /v1 with a token, which `al-core token create NAME` makes; a dashboard on your own machine can open it.\n"
)


class LocalOnly:
    """Refuses every request and WebSocket that does not come from this machine, except those of one route.

    Args:
        app: What stands behind the door.
        except_for: A route that guards itself. It is asked whether a request is its own, so that no path can be
            taken for one of its paths here and go elsewhere there.
    """

    def __init__(self, app: ASGIApp, except_for: BaseRoute) -> None:
        self._app = app
        self._except_for = except_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or refuse it."""
        if scope["type"] == "lifespan" or self._guards_itself(scope) or is_from_this_machine(scope):
            await self._app(scope, receive, send)
            return
        # Starlette sends this as an answer to a WebSocket's handshake too, which fails thereby.
        await PlainTextResponse(REFUSAL, 403, {"Cache-Control": "no-store"})(scope, receive, send)

    def _guards_itself(self, scope: Scope) -> bool:
        # The API's guard looks at HTTP alone, and the API has no WebSocket.
        return scope["type"] == "http" and self._except_for.matches(scope)[0] is Match.FULL


def check_address(address: str, open_workspace: Callable[[], Workspace]) -> None:
    """Check that an address which other machines can reach is served only if there is a token.

    Args:
        address: The name or address to listen on.
        open_workspace: Called only if the address is not local.

    Raises:
        NotAllowedError: Saying how to make a token.
    """
    if not is_local_name(address) and not open_workspace().tokens.all():
        raise NotAllowedError(
            f"{address} can be reached from other machines, and no token protects it; "
            "create one with `al-core token create NAME` first"
        )
