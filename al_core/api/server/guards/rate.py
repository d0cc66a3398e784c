import time
from collections import OrderedDict

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from al_core.api.server.caller import caller_of
from al_core.api.server.context import Context
from al_core.api.server.errors import ApiError
from al_core.api.server.guards.guard import Guard

# A window and its key take about 200 bytes, so the table of a server under attack stays at 2 MB.
MOST_CLIENTS = 10_000


class Rate(Guard):
    """Refuses a client that sends too many requests; this machine may send as many as it likes."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        super().__init__(app, context)
        self._meter = Meter(context.settings.requests_per_second)

    async def check(self, request: HTTPConnection) -> None:
        """Raise if there have been too many."""
        rate_key = caller_of(request).rate_key
        if rate_key is not None:
            self._meter.count(rate_key)


class Meter:
    """Counts the requests of each client within a window of time.

    Args:
        limit: How many a client may send in a window; 0 is no limit.
        n_clients: How many clients are remembered; the one that was silent longest is forgotten first.
        seconds: How long a window is.
    """

    def __init__(self, limit: int, n_clients: int = MOST_CLIENTS, *, seconds: int = 1) -> None:
        self._limit = limit
        self._seconds = seconds
        self._n_clients = n_clients
        self._windows: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def count(self, client: str) -> None:
        """Count a request, or raise `ApiError` when there have been too many."""
        if not self._limit:
            return
        # Windows are the same for all: at the border of two, a client may send twice as many at once, which is fine.
        now = int(time.monotonic()) // self._seconds
        # Taken out and put back at the end, so that the first one is the client that was silent longest.
        window, count = self._windows.pop(client, (now, 0))
        count = count + 1 if window == now else 1
        self._windows[client] = (now, count)
        if len(self._windows) > self._n_clients:
            self._windows.popitem(last=False)
        if count > self._limit:
            window_text = "second" if self._seconds == 1 else f"{self._seconds} seconds"
            message = f"at most {self._limit} requests per {window_text} are allowed; wait and try again"
            headers = {"Retry-After": str(self._seconds)}
            raise ApiError(429, "TOO_MANY_REQUESTS", message, "NotAllowedError", headers)
