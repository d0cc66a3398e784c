import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

DAY_SECONDS = 24 * 3600
SESSION_SECONDS = 7 * DAY_SECONDS
"""How long a sign-in lasts; people who use the dashboard daily sign in about once a week."""


class Sessions:
    """Who is signed in to the dashboard: one file for each, so that all processes of a workspace agree.

    A browser holds a random key. A file is named after the key's SHA-256 and holds the id of the token that opened the
    session, so that neither reveals the other, and a session ends with its token.

    Args:
        folder: Is made at the first sign-in.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, token_id: str) -> str:
        """Return the key of a new session."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._remove_ended()
        key = secrets.token_urlsafe(32)
        descriptor = os.open(self._path(key), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{token_id} {int(time.time()) + SESSION_SECONDS}")
        return key

    def find(self, key: str) -> str | None:
        """Return the id of the token that a session was begun with, or None if it has ended."""
        try:
            token_id, expires = self._path(key).read_text(encoding="utf-8").split()
        except (FileNotFoundError, ValueError):  # never begun, or cut off by a full disk
            return None
        return token_id if time.time() < int(expires) else None

    def end(self, key: str) -> None:
        """End a session."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()

    def _remove_ended(self) -> None:
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another process removes it too
                if path.stat().st_mtime < time.time() - SESSION_SECONDS:
                    path.unlink()
