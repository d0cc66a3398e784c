import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

from al_core.api.server.errors import ApiError

PREFIX = "/signed"


class Signer:
    """Makes and checks URLs that are valid for one method, one path and a limited time, without a token."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, method: str, path: str, seconds: int, **query: str) -> str:
        """Return path and query of a URL that is valid for `seconds`."""
        query["expires"] = str(int(time.time()) + seconds)
        path = quote(path)
        query["signature"] = self._signature(method, path, query)
        return f"{path}?{urlencode(query)}"

    def check(self, method: str, path: str, query_string: str) -> None:
        """Raise unless the URL was made here, for this method, and is not too old."""
        query = dict(parse_qsl(query_string, keep_blank_values=True))
        given = query.pop("signature", "")
        # Bytes, because compare_digest refuses text with other than ASCII characters.
        if not hmac.compare_digest(given.encode(), self._signature(method, quote(path), query).encode()):
            raise ApiError(403, "FORBIDDEN", "this URL has no valid signature; ask the API for a new one")
        if int(query["expires"]) < time.time():
            raise ApiError(403, "FORBIDDEN", "this URL has expired; ask the API for a new one")

    def _signature(self, method: str, path: str, query: dict[str, str]) -> str:
        message = f"{method}\n{path}\n{urlencode(sorted(query.items()))}"
        return hmac.new(self._secret, message.encode(), hashlib.sha256).hexdigest()


def read_secret(path: Path) -> bytes:
    """Return the key that a workspace signs URLs with, made at the first call; only its owner can read it."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            # Unlike a rename, a link never replaces the key that another process made in the meantime.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
