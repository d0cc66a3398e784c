"""Errors on the wire: `{"code", "message", "type"}` and a status; `type` names the class in `al_core.exceptions`."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DatabaseError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from al_core import exceptions
from al_core.disk import is_disk_full
from al_core.exceptions import ALCoreError

STATUSES: dict[type[ALCoreError], tuple[int, str]] = {
    exceptions.InvalidInputError: (400, "MALFORMED_REQUEST"),
    exceptions.MissingInputError: (400, "MALFORMED_REQUEST"),
    # Not 403, which says that another caller may: here the state of the dataset forbids it to everybody.
    exceptions.NotAllowedError: (400, "FORBIDDEN"),
    exceptions.NotFoundError: (404, "NOT_FOUND"),
    # Not 400: the request is well formed, and the same one succeeds once the name is free.
    exceptions.AlreadyExistsError: (409, "CONFLICT"),
    exceptions.BusyError: (429, "TOO_MANY_REQUESTS"),
    exceptions.WorkspaceError: (503, "SERVICE_UNAVAILABLE"),
}

RETRY_HEADERS: dict[int, dict[str, str]] = {429: {"Retry-After": "5"}}
"""Seconds after which a queue of jobs has usually moved on; limits of rate say their own."""


class ApiError(HTTPException):
    """An answer other than success."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        kind: str = "ALCoreError",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, dict(headers or {}))
        self.code = code
        self.kind = kind

    def response(self) -> JSONResponse:
        """Return the answer."""
        content = {"code": self.code, "message": self.detail, "type": self.kind}
        return JSONResponse(content, self.status_code, {"Cache-Control": "no-store", **(self.headers or {})})


@contextmanager
def coded(**codes: str) -> Iterator[None]:
    """Give errors of al_core, named by class, the code that Lightly's API has for this case."""
    try:
        yield
    except ALCoreError as error:
        answer = as_api_error(error)
        answer.code = codes.get(answer.kind, answer.code)
        raise answer from error


def as_api_error(error: ALCoreError) -> ApiError:
    """Return the answer to an error of al_core."""
    # A subclass without an entry of its own is answered as its nearest base is.
    statuses = (STATUSES[cls] for cls in type(error).__mro__ if cls in STATUSES)
    status, code = next(statuses, (500, "INTERNAL"))
    return ApiError(status, code, error.public, type(error).__name__, RETRY_HEADERS.get(status))


def disk_full() -> ApiError:
    """Return the answer when there is no space left."""
    return ApiError(507, "INSUFFICIENT_STORAGE", "the disk of the server is full; free some space and try again")


def allowed_methods(request: Request) -> list[str]:
    """Return the methods of all routes at the path of a request; Starlette names those of the first one alone.

    `/labels/deleted` also fits `/labels/{label_id}`, but nothing has that id: routes with fewer parameters count alone.
    """
    routes: list[Route] = request.app.state.routes
    matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    fewest = min((len(route.param_convertors) for route in matching), default=0)
    methods: set[str] = set()
    for route in matching:
        if len(route.param_convertors) == fewest:
            methods |= set(route.methods or ())
    return sorted(methods)


async def _refused(_request: Request, error: ALCoreError) -> Response:
    return as_api_error(error).response()


async def _malformed(_request: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"]))
    return ApiError(422, "MALFORMED_REQUEST", f"{field}: {first['msg']}", "InvalidInputError").response()


async def _http_error(request: Request, error: HTTPException) -> Response:
    if isinstance(error, ApiError):
        return error.response()
    if error.status_code == 404:
        return ApiError(404, "NOT_FOUND", f"there is nothing at {request.url.path}", "NotFoundError").response()
    if error.status_code == 405:
        allow = ", ".join(allowed_methods(request))
        message = f"{request.method} is not possible here; use {allow}"
        return ApiError(405, "METHOD_NOT_ALLOWED", message, "NotAllowedError", {"Allow": allow}).response()
    return ApiError(error.status_code, "MALFORMED_REQUEST", str(error.detail), headers=error.headers).response()


async def _storage_failed(_request: Request, error: Exception) -> Response:
    if not is_disk_full(error):
        raise error
    return disk_full().response()


async def _left(_request: Request, _error: ClientDisconnect) -> Response:
    # Nobody reads it; without an answer the log would show a traceback for each upload that is cut off.
    return Response(status_code=400)


async def _crashed(_request: Request, _error: Exception) -> Response:
    return ApiError(500, "INTERNAL", "internal server error; see the server log").response()


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    ALCoreError: _refused,
    RequestValidationError: _malformed,
    HTTPException: _http_error,
    OSError: _storage_failed,
    DatabaseError: _storage_failed,
    ClientDisconnect: _left,
    Exception: _crashed,
}
"""Answer every error in the one form, without a trace of the code behind it."""
