"""What the browser asks about changes: `/ID` is what others have changed of the dataset that a session has open."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from al_core.store.watch import Watch
from ui.changes import answer

NOTHING = {"text": "", "button": ""}


def changes_app(find: Callable[[str], Watch | None]) -> Starlette:
    """Return the application that tells what the watches have noticed that `find` returns."""

    # Not a coroutine: the catalog may be on another machine, and everybody else would wait for it.
    def changes(request: Request) -> JSONResponse:
        watch = find(request.path_params["watch_id"])
        # A session that is over, say after a restart of the server, gets another id as soon as its page is drawn.
        return JSONResponse(answer(watch) if watch else NOTHING, headers={"Cache-Control": "no-store"})

    return Starlette(routes=[Route("/{watch_id}", changes)])
