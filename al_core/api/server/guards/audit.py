"""Who wrote what, and when."""

import json
import os
import time
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import Message, Send

from al_core.api.server.caller import READING, Caller, caller_of
from al_core.api.server.errors import disk_full
from al_core.api.server.guards.guard import Guard, method_of, path_of


class Audit(Guard):
    """Writes down every request that may change something, before its answer is sent."""

    def outgoing(self, request: HTTPConnection, send: Send) -> Send:
        """Return a send that writes an entry first, so that no write that a client hears of is missing."""
        services = self._context.services
        if services is None or method_of(request) in READING:
            return send
        log = AuditLog(services.workspace.home / "audit.jsonl")
        is_refused = False

        async def audited(message: Message) -> None:
            nonlocal is_refused
            if message["type"] == "http.response.start":
                entry = (caller_of(request), method_of(request), path_of(request), message["status"])
                try:
                    await run_in_threadpool(log.add, *entry)
                except OSError:
                    # The application has begun its answer and gives no other, so it is replaced here.
                    is_refused = True
                    await disk_full().response()(request.scope, _no_body, send)
            if not is_refused:
                await send(message)

        return audited


async def _no_body() -> Message:
    return {"type": "http.request"}


class AuditLog:
    """A file with one JSON object per line, only ever appended to, by several processes at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, caller: Caller, method: str, path: str, status: int) -> None:
        """Append an entry; the query is left out because it may hold a token.

        Raises:
            OSError: If the disk is full.
        """
        entry = {
            "at": int(time.time() * 1000),
            "user": caller.name,
            "address": caller.address,
            "method": method,
            "path": path,
            "status": status,
        }
        # JSON escapes line breaks, so no path can forge an entry.
        line = json.dumps(entry).encode() + b"\n"
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _append_line(descriptor, line)
        finally:
            os.close(descriptor)


def _append_line(descriptor: int, line: bytes) -> None:
    # A full disk tears a line in the middle; the next entry must not join it. An empty line between two is harmless.
    size = os.fstat(descriptor).st_size
    is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    rest = memoryview(b"\n" + line if is_torn else line)
    # `write` may take only a part; usually it takes all, and with O_APPEND the lines of several processes then never
    # mix.
    while rest:
        rest = rest[os.write(descriptor, rest) :]
