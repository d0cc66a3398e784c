"""The image of a sample as an answer: no browser guesses another type, and each asks again after an hour."""

import os
from collections.abc import Iterator
from typing import BinaryIO

from starlette.responses import Response, StreamingResponse

from al_core.exceptions import NotFoundError
from al_core.formats.files.images import open_resolved
from al_core.store.records import SampleImage

_HEADERS = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
_BLOCK_BYTES = 1 << 18


def image_response(image: SampleImage) -> Response:
    """Return an image as it is stored.

    Raises:
        NotFoundError: If its file has gone since it was looked up, or a link has taken its place.
    """
    if not image.path:
        return Response(image.content, media_type=image.media_type, headers=_HEADERS)
    try:
        file = open_resolved(image.path)
    except OSError as error:
        raise NotFoundError(f"the image '{image.path.name}' is not there any more") from error
    # Not FileResponse, which opens the path itself, and later: by then a link may have taken its place.
    n_bytes = os.fstat(file.fileno()).st_size
    if n_bytes <= _BLOCK_BYTES:
        # A thumbnail goes out at once: each block would change threads twice, and a page asks for dozens.
        with file:
            return Response(file.read(), media_type=image.media_type, headers=_HEADERS)
    headers = _HEADERS | {"Content-Length": str(n_bytes)}
    return StreamingResponse(_blocks(file), media_type=image.media_type, headers=headers)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(_BLOCK_BYTES):
            yield block
