"""How routes read the body of a request: as JSON, in memory, or as a file."""

import os
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from al_core.api.server.context import services
from al_core.api.server.errors import as_api_error
from al_core.api.server.guards.size import check_length, limited
from al_core.api.server.settings import MEGABYTE
from al_core.exceptions import InvalidInputError
from al_core.formats.files.foreign import UNNAMED
from al_core.wire.json_values import parse_json

# Parsing takes about 5 ms per megabyte: less than this is not worth another thread.
PARSED_AT_ONCE_BYTES = 1 << 16


def _binary(media_type: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": content}}


ARROW_BODY = _binary("application/vnd.apache.arrow.file")
FILE_BODY = _binary("application/octet-stream")


class JsonRequest(Request):
    """A request whose JSON, once accepted, can be stored and read again."""

    async def json(self) -> Any:
        """Return the value of the body."""
        content = await self.body()
        try:
            if len(content) <= PARSED_AT_ONCE_BYTES:
                return parse_json(content)
            return await run_in_threadpool(parse_json, content)
        except InvalidInputError as error:
            raise as_api_error(error) from error


class JsonRoute(APIRoute):
    """A route that reads its body with `JsonRequest`, and no more of it than `max_json_mb` allows."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        handle = super().get_route_handler()
        # A route without JSON in its body; Lightly's clients send `{}` with a DELETE all the same, which nobody reads.
        if self.body_field is None:
            return handle

        async def handle_json(request: Request) -> Response:
            limit = services(request).settings.max_json_mb * MEGABYTE
            check_length(request.headers, limit, "JSON body")
            return await handle(JsonRequest(request.scope, limited(request.receive, limit, "JSON body")))

        return handle_json


async def body_file(request: Request) -> AsyncIterator[Path]:
    """Give the body as a file, which is removed after the answer; large bodies never lie in memory."""
    workspace = services(request).workspace
    # In the workspace and not in /tmp, so that the file can be linked into place without being copied.
    folder = workspace.owner.own_folder(workspace.incoming_folder)
    with tempfile.TemporaryDirectory(dir=folder) as own_folder:
        # Readers name the file in what they refuse.
        path = Path(own_folder) / UNNAMED
        with path.open("xb") as file:
            async for chunk in request.stream():
                file.write(chunk)
            file.flush()
            # It may be linked into place as it is, so its bytes have to be on the disk.
            await run_in_threadpool(os.fsync, file.fileno())
        yield path


BodyFile = Annotated[Path, Depends(body_file)]
