"""The image of a sample as an answer: no browser guesses another type, and each asks again after an hour."""

import mimetypes
from pathlib import Path

from starlette.responses import FileResponse, Response

_HEADERS = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


def file_response(path: Path) -> FileResponse:
    """Return an image file as it is."""
    return FileResponse(path, media_type=mimetypes.guess_type(path.name)[0], headers=_HEADERS)


def bytes_response(content: bytes, media_type: str = "image/webp") -> Response:
    """Return an image in memory, by default a thumbnail."""
    return Response(content, media_type=media_type, headers=_HEADERS)
