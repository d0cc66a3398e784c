import json
import os
import time
from pathlib import Path


class AuditLog:
    """Who wrote what, and when: one JSON object per line, only ever appended to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, user: str, address: str, method: str, path: str, status: int) -> None:
        """Note a write; the query is left out because it may hold a token."""
        entry = {"at": int(time.time() * 1000), "user": user, "address": address}
        # JSON escapes line breaks, so that no path can forge an entry.
        line = json.dumps(entry | {"method": method, "path": path, "status": status}) + "\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
