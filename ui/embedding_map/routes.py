"""What the browser fetches for a map: `/DIGEST` is the array of that content."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ui.embedding_map.cache import CACHE, ArrayCache

# The address is the digest of the content, so what it names never changes.
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def map_app(cache: ArrayCache = CACHE) -> Starlette:
    """Return the application that serves the arrays of maps."""

    def array(request: Request) -> Response:
        body = cache.find(request.path_params["digest"])
        if body is None:
            return PlainTextResponse("This array is no longer in memory; reload the page", status_code=404)
        return Response(body, media_type="application/octet-stream", headers=FOREVER)

    return Starlette(routes=[Route("/{digest}", array)])
