"""What the browser fetches for a map: `/DIGEST` is an array, a look posted to `/picture` is answered with an image."""

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ui.embedding_map.arrays import KEPT, KeptArrays

FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
GONE = "this array is no longer kept; reload the page"


def map_app(kept: KeptArrays = KEPT) -> Starlette:
    """Return the application that serves the arrays of maps, and pictures of them to browsers without WebGL."""

    def array(request: Request) -> Response:
        body = kept.find(request.path_params["digest"])
        return Response(body, media_type="application/octet-stream", headers=FOREVER) if body is not None else _gone()

    async def picture(request: Request) -> Response:
        from ui.embedding_map.picture import Look, draw

        try:
            look = Look.model_validate_json(await request.body())
        except ValidationError as error:
            return PlainTextResponse(str(error), status_code=422)
        image = await run_in_threadpool(draw, look, kept)
        return Response(image, media_type="image/png") if image else _gone()

    return Starlette(routes=[Route("/picture", picture, methods=["POST"]), Route("/{digest}", array)])


def _gone() -> Response:
    return PlainTextResponse(GONE, status_code=404)
