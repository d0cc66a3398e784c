from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive

from al_core.api.server.errors import ApiError
from al_core.api.server.guards.guard import Guard, path_of
from al_core.api.server.settings import MEGABYTE
from al_core.api.server.signer import PREFIX

# More digits than any limit has; Python refuses to read numbers of thousands of digits.
LONGEST_LENGTH = 18


class Size(Guard):
    """Refuses bodies that are larger than any route takes. JSON has a lower limit, where it is parsed."""

    async def check(self, request: HTTPConnection) -> None:
        """Raise if the body announces that it is too large."""
        check_length(request.headers, self._limit(request))

    def incoming(self, request: HTTPConnection, receive: Receive) -> Receive:
        """Return a receive that stops a body that did not announce its length."""
        return limited(receive, self._limit(request))

    def _limit(self, request: HTTPConnection) -> int:
        settings = self._context.settings
        is_signed = path_of(request).startswith(f"{PREFIX}/")
        return (settings.max_upload_mb if is_signed else settings.max_body_mb) * MEGABYTE


def check_length(headers: Headers, limit: int, noun: str = "body") -> None:
    """Raise `ApiError` if a body announces more bytes than it may have."""
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        message = "the header Content-Length must be a whole number"
        raise ApiError(400, "MALFORMED_REQUEST", message, "InvalidInputError")
    if len(length) > LONGEST_LENGTH or int(length) > limit:
        raise _too_large(limit, noun)


def limited(receive: Receive, limit: int, noun: str = "body") -> Receive:
    """Return a receive that raises `ApiError` once a body has more bytes than it may have."""
    n_bytes = 0

    async def counted() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > limit:
            raise _too_large(limit, noun)
        return message

    return counted


def _too_large(limit: int, noun: str) -> ApiError:
    message = f"a {noun} may have at most {limit // MEGABYTE:,} MB; send it in parts"
    return ApiError(413, "CONTENT_TOO_LARGE", message, "InvalidInputError")
