"""Streamlit's own scripts and styles, compressed: as they are, a first page would fetch three megabytes."""

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/static/"
FOLDER = Path(streamlit.__file__).parent / "static" / "static"

COMPRESSED = frozenset({".css", ".js", ".json", ".svg"})
"""Fonts and images are compressed already."""

LEVEL = 6
"""Level 9 takes twice as long for 0.4 % less."""

# Their names change with their content.
HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}

MOST_KEPT = 256
"""Files kept compressed: a browser that has been on every page has fetched about 150, 4 MB in all."""


class StaticFiles:
    """Answers requests for these files; a route of the app cannot, because Streamlit keeps the address for its own.

    Args:
        app: What answers all other requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.is_file()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or let it through."""
        # Looked up, not joined: no address can lead anywhere else.
        path = self._files.get(scope["path"].removeprefix(PREFIX)) if is_for_files(scope) else None
        if path is None:
            await self._app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        if path.suffix not in COMPRESSED or "gzip" not in accepted:
            answer: Response = FileResponse(path, headers=HEADERS)
        else:
            content = await run_in_threadpool(_compressed, path)
            media_type, _ = mimetypes.guess_type(path.name)
            answer = Response(content, media_type=media_type, headers={**HEADERS, "Content-Encoding": "gzip"})
        await answer(scope, receive, send)


def is_for_files(scope: Scope) -> bool:
    """Return whether a request asks for a file."""
    return scope["type"] == "http" and scope["method"] == "GET" and str(scope["path"]).startswith(PREFIX)


@lru_cache(maxsize=MOST_KEPT)
def _compressed(path: Path) -> bytes:
    # Without a time in it, so that each process sends the same bytes.
    return gzip.compress(path.read_bytes(), LEVEL, mtime=0)
