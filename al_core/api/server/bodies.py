import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from al_core.api.server.context import incoming_folder, services

ARROW_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/vnd.apache.arrow.file": {"schema": {"type": "string", "format": "binary"}}},
    }
}
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def body_file(request: Request) -> AsyncIterator[Path]:
    """Give the body as a file, which is removed after the answer; large bodies never lie in memory."""
    folder = incoming_folder(services(request).workspace.home)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        async for chunk in request.stream():
            file.write(chunk)
        file.flush()
        # It may be linked into place as it is, so its bytes have to be on the disk.
        await run_in_threadpool(os.fsync, file.fileno())
        yield Path(file.name)


BodyFile = Annotated[Path, Depends(body_file)]
