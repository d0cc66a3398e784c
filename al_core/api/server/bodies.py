import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request

from al_core.api.server.context import services

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
STALE_SECONDS = 24 * 3600


async def body_file(request: Request) -> AsyncIterator[Path]:
    """Give the body as a file, which is removed after the answer; large bodies never lie in memory."""
    folder = incoming_folder(services(request).workspace.home)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        async for chunk in request.stream():
            file.write(chunk)
        file.flush()
        yield Path(file.name)


BodyFile = Annotated[Path, Depends(body_file)]


def incoming_folder(home: Path) -> Path:
    """Return the folder of bodies under way."""
    folder = home / "incoming"
    folder.mkdir(exist_ok=True)
    return folder


def remove_stale_bodies(home: Path) -> None:
    """Remove what processes that were killed left behind."""
    for file in incoming_folder(home).iterdir():
        if file.stat().st_mtime < time.time() - STALE_SECONDS:
            file.unlink(missing_ok=True)
