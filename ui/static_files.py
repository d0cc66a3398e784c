"""Streamlit's own files, smaller: as they are, a first page would fetch three megabytes.

Scripts and styles are compressed. The font of icons has those that are drawn here, 25 kB of the 375 kB of all.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import streamlit
from pyarrow import Codec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/static/"
FOLDER = Path(streamlit.__file__).parent / "static" / "static"

ICON_FONT = Path(__file__).parent / "icon_font"
"""What tools/icon_font.py wrote."""

ICON_FONT_VERSION = ICON_FONT / "streamlit.txt"
"""The version of Streamlit whose icons the font has. Another one may draw others of the same whole font."""

COMPRESSED = frozenset({".css", ".js", ".json", ".svg"})
"""Fonts and images are compressed already."""

GZIP_LEVEL = 6
"""Level 9 takes twice as long for 0.4 % less."""

BROTLI_QUALITY = 7
"""The 4.7 MB of Plotly take 0.6 s of a processor and become 16 % smaller than by gzip; quality 11 would take 12 s for
another 12 %."""

# Their names change with their content.
HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}

# The cut font keeps Streamlit's name whatever icons it has: a browser asks each time whether its copy is the newest.
ICON_FONT_HEADERS = {"Cache-Control": "no-cache"}

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
        self._icon_fonts = {
            address: font.read_bytes()
            for font in ICON_FONT.glob("*.woff2")
            if is_cut_for(streamlit.__version__) and (address := f"media/{font.name}") in self._files
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or let it through."""
        # Looked up, not joined: no address can lead anywhere else.
        address = scope["path"].removeprefix(PREFIX) if is_for_files(scope) else ""
        path = self._files.get(address)
        if path is None:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        coding = _coding(headers.get("accept-encoding", ""))
        if address in self._icon_fonts:
            answer: Response = _icon_font_answer(self._icon_fonts[address], headers.get("if-none-match", ""))
        elif path.suffix not in COMPRESSED or coding is None:
            answer = FileResponse(path, headers=HEADERS)
        else:
            content = await run_in_threadpool(_compressed, path, coding)
            media_type, _ = mimetypes.guess_type(path.name)
            answer = Response(content, media_type=media_type, headers={**HEADERS, "Content-Encoding": coding})
        await answer(scope, receive, send)


def is_for_files(scope: Scope) -> bool:
    """Return whether a request asks for a file."""
    return scope["type"] == "http" and scope["method"] == "GET" and str(scope["path"]).startswith(PREFIX)


def is_cut_for(version: str) -> bool:
    """Return whether the cut font has all icons that a version of Streamlit draws."""
    return ICON_FONT_VERSION.is_file() and ICON_FONT_VERSION.read_text(encoding="utf-8").strip() == version


def _icon_font_answer(font: bytes, known: str) -> Response:
    tag = f'"{hashlib.sha256(font).hexdigest()[:32]}"'
    headers = {**ICON_FONT_HEADERS, "ETag": tag}
    # A proxy that compresses makes a tag weak.
    if tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(font, media_type="font/woff2", headers=headers)


def _gzip(content: bytes) -> bytes:
    # Without a time in it, so that each process sends the same bytes.
    return gzip.compress(content, GZIP_LEVEL, mtime=0)


def _brotli(content: bytes) -> bytes:
    compressed: bytes = Codec("brotli", BROTLI_QUALITY).compress(content, asbytes=True)
    return compressed


# Browsers take Brotli over HTTPS and from their own machine. The first that a client takes is sent.
CODINGS: dict[str, Callable[[bytes], bytes]] = {"br": _brotli, "gzip": _gzip}


def _coding(accepted: str) -> str | None:
    offered = {part.partition(";")[0].strip() for part in accepted.split(",") if not _is_refused(part)}
    return next((coding for coding in CODINGS if coding in offered), None)


def _is_refused(part: str) -> bool:
    # RFC 9110, section 12.4.2: a weight of 0 means "not acceptable".
    weight = part.partition("q=")[2].strip()
    return bool(weight) and not weight.strip("0.")


@lru_cache(maxsize=MOST_KEPT)
def _compressed(path: Path, coding: str) -> bytes:
    return CODINGS[coding](path.read_bytes())
