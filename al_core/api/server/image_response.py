"""The image of a sample as an answer: no browser guesses another type, and each asks again after an hour."""

from starlette.responses import FileResponse, Response

from al_core.store.records import SampleImage

_HEADERS = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


def image_response(image: SampleImage) -> Response:
    """Return an image as it is stored."""
    if image.path:
        return FileResponse(image.path, media_type=image.media_type, headers=_HEADERS)
    return Response(image.content, media_type=image.media_type, headers=_HEADERS)
