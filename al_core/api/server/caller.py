from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from al_core.api.server.errors import ApiError
from al_core.store.tokens import Token

THIS_MACHINE = "this machine"
READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Caller:
    """Who makes a request.

    Attributes:
        address: The client's, or that of the last proxy; empty if the connection has none.
        token: None for a program on this machine that sent none, and for what is open to all.
        rate_key: What its requests are counted under, or None if they are not counted.
    """

    address: str
    token: Token | None = None
    rate_key: str | None = field(default=None, kw_only=True)

    @property
    def name(self) -> str:
        """The name in the audit log."""
        return self.token.name if self.token else THIS_MACHINE

    @property
    def may_write(self) -> bool:
        """Whether it may do more than read."""
        return self.token is None or self.token.may_write

    def check_role(self, method: str) -> None:
        """Raise `ApiError` if a method that changes something is used with a read-only token."""
        if method not in READING and not self.may_write:
            raise ApiError(403, "FORBIDDEN", f"token '{self.name}' may only read", "NotAllowedError")


def caller_of(request: HTTPConnection) -> Caller:
    """Return who makes a request, as the guard `Identity` established it."""
    caller: Caller = request.state.caller
    return caller
