"""Who makes a request: the holder of a token, a program on this machine, or whoever was handed a signed URL."""

from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from al_core.api.server.caller import Caller
from al_core.api.server.context import Context, Services
from al_core.api.server.errors import ApiError
from al_core.api.server.guards.guard import Guard, address_of, method_of, path_of
from al_core.api.server.guards.origin import is_from_this_machine
from al_core.api.server.guards.rate import Meter
from al_core.api.server.signer import PREFIX

OPEN_TO_ALL = "/versions/"
WRONG_TOKENS_PER_SECOND = 5
"""Of one client: too few to guess a token, enough for a page whose token was revoked."""


class Identity(Guard):
    """Establishes the `Caller` of a request; refuses wrong tokens, and writes with tokens that may only read."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        super().__init__(app, context)
        self._mistakes = Meter(WRONG_TOKENS_PER_SECOND)

    async def check(self, request: HTTPConnection) -> None:
        """Raise unless the request may be made, and write down who makes it."""
        services = await self.services()
        path = path_of(request)
        if path.startswith(f"{PREFIX}/"):
            caller = await run_in_threadpool(self._holder_of_url, request, services)
        elif path.startswith(OPEN_TO_ALL):
            caller = Caller(address_of(request), rate_key=_rate_key(request))
        else:
            caller = await self._holder_of_token(request, services)
        caller.check_role(method_of(request))
        request.state.caller = caller

    def _holder_of_url(self, request: HTTPConnection, services: Services) -> Caller:
        grant = services.signer.check(method_of(request), path_of(request), request.url.query)
        token = services.workspace.tokens.get(grant.token_id) if grant.token_id else None
        if grant.token_id and token is None:
            raise _unauthorized(f"the token '{grant.token_name}' behind this URL was revoked; ask for a new URL")
        if token is None and services.settings.require_token:
            raise _unauthorized("this URL was signed without a token, and this server needs one; ask for a new URL")
        # Many annotators may share the URLs of one token, so each address is counted on its own.
        return Caller(address_of(request), token, rate_key=_rate_key(request))

    async def _holder_of_token(self, request: HTTPConnection, services: Services) -> Caller:
        address = address_of(request)
        is_local = is_from_this_machine(request.scope)
        secret = secret_of(request)
        token = None
        if secret is not None:
            token = await run_in_threadpool(services.workspace.tokens.find, secret)
        if token is None and not await self._may_come_without(is_local, secret, services):
            # Counted by address, so that guessing tokens is slow; raises 429 in place of 401.
            self._mistakes.count(address)
            raise _unauthorized("this server needs a valid token: create one with `al-core token create NAME`")
        if is_local:
            return Caller(address, token)
        return Caller(address, token, rate_key=token.name if token else address)

    async def _may_come_without(self, is_local: bool, secret: str | None, services: Services) -> bool:
        if not is_local or services.settings.require_token:
            return False
        # Old scripts send some token because they had to. As long as nobody made one here, it means nothing.
        return secret is None or not await run_in_threadpool(services.workspace.tokens.all)


def secret_of(request: HTTPConnection) -> str | None:
    """Return the token of a request: a Bearer header, or the query parameter that Lightly's clients use."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return secret
    # Every request of Lightly's clients has it in its address: logs of proxies hold it, so a header is the better way.
    query = request.scope["query_string"]
    values = parse_qs(query.decode("latin-1")).get("token") if query else None
    return values[0] if values else None


def _rate_key(request: HTTPConnection) -> str | None:
    return None if is_from_this_machine(request.scope) else address_of(request)


def _unauthorized(message: str) -> ApiError:
    return ApiError(401, "UNAUTHORIZED", message, "NotAllowedError", {"WWW-Authenticate": "Bearer"})
