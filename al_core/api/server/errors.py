"""Errors on the wire: `{"code", "message", "type"}` and a status; `type` names the class in `al_core.exceptions`."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DatabaseError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from al_core import exceptions
from al_core.exceptions import ALCoreError

STATUSES: dict[type[ALCoreError], tuple[int, str]] = {
    exceptions.InvalidInputError: (400, "MALFORMED_REQUEST"),
    exceptions.MissingInputError: (400, "MALFORMED_REQUEST"),
    exceptions.NotAllowedError: (400, "FORBIDDEN"),
    exceptions.NotFoundError: (404, "NOT_FOUND"),
    exceptions.AlreadyExistsError: (409, "CONFLICT"),
}


class ApiError(HTTPException):
    """An answer other than success."""

    def __init__(self, status: int, code: str, message: str, kind: str = "ALCoreError") -> None:
        super().__init__(status, message)
        self.code, self.kind = code, kind

    def response(self) -> JSONResponse:
        """Return the answer."""
        content = {"code": self.code, "message": self.detail, "type": self.kind}
        return JSONResponse(content, self.status_code, {"Cache-Control": "no-store"})


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
    known = next((known for known in type(error).__mro__ if known in STATUSES), None)
    status, code = STATUSES[known] if known else (500, "INTERNAL")
    return ApiError(status, code, str(error), type(error).__name__)


def add_handlers(api: FastAPI) -> None:
    """Answer every error in the one form, without a trace of the code behind it."""

    @api.exception_handler(ALCoreError)
    async def refused(_request: Request, error: ALCoreError) -> JSONResponse:
        return as_api_error(error).response()

    @api.exception_handler(ApiError)
    async def answered(_request: Request, error: ApiError) -> JSONResponse:
        return error.response()

    @api.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return ApiError(400, "MALFORMED_REQUEST", f"{where}: {first['msg']}", "InvalidInputError").response()

    @api.exception_handler(HTTPException)
    async def unknown(_request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "MALFORMED_REQUEST")
        return ApiError(error.status_code, code, str(error.detail)).response()

    @api.exception_handler(OSError)
    @api.exception_handler(DatabaseError)
    async def failed(_request: Request, error: Exception) -> JSONResponse:
        if is_disk_full(error):
            message = "the disk of the server is full; nothing was stored: free some space and try again"
            return ApiError(507, "INSUFFICIENT_STORAGE", message).response()
        raise error

    @api.exception_handler(Exception)
    async def crashed(_request: Request, _error: Exception) -> JSONResponse:
        return ApiError(500, "INTERNAL", "the server made a mistake; its log says which").response()


def is_disk_full(error: Exception) -> bool:
    """Return whether an error says that there is no space left."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "disk is full" in str(error) or "DiskFull" in type(error.__cause__).__name__
