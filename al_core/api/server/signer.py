"""URLs that take the place of a token, for one method, one path and a limited time."""

import hashlib
import hmac
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

from al_core.api.server.caller import Caller
from al_core.api.server.errors import ApiError

PREFIX = "/signed"
DAY_SECONDS = 24 * 3600
LONGEST_WRITE_SECONDS = DAY_SECONDS
LONGEST_READ_SECONDS = 90 * DAY_SECONDS


@dataclass(frozen=True)
class Grant:
    """On whose behalf a URL was signed; without a token id on behalf of a program on the server's own machine."""

    token_name: str
    token_id: str


class Signer:
    """Signs and checks URLs.

    Args:
        secret: The key; whoever has it can sign.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, method: str, path: str, seconds: int, caller: Caller, **query: str) -> str:
        """Return path and query of a URL that is valid for `seconds`, at most a day to write and 90 days to read.

        Raises:
            ApiError: If the caller may not use that method itself.
        """
        caller.check_role(method)
        longest = LONGEST_READ_SECONDS if method == "GET" else LONGEST_WRITE_SECONDS
        query |= {
            "expires": str(int(time.time()) + min(seconds, longest)),
            "by": caller.name,
            "role": "read-write" if caller.may_write else "read-only",
            "tokenId": caller.token.id if caller.token else "",
        }
        path = quote(path)
        query["signature"] = self._signature(method, path, query)
        return f"{path}?{urlencode(query)}"

    def check(self, method: str, path: str, query_string: str) -> Grant:
        """Return on whose behalf a URL was signed. Whether that token still exists is for the caller to find out.

        Raises:
            ApiError: If the URL was not made here or for another method, or is too old.
        """
        pairs = parse_qsl(query_string, keep_blank_values=True)
        query = dict(pairs)
        signature = query.pop("signature", "")
        expected = self._signature(method, quote(path), query)
        # A name that comes twice could mean one value here and the other to a route. Bytes, because compare_digest
        # refuses text with other than ASCII characters.
        is_unique = len(pairs) == len(query) + 1
        is_signed = is_unique and hmac.compare_digest(signature.encode(), expected.encode())
        # URLs of older versions name no token: they could outlive it.
        if not is_signed or "by" not in query:
            raise _refused("has no valid signature")
        if int(query["expires"]) < time.time():
            raise _refused("has expired")
        return Grant(query["by"], query["tokenId"])

    def _signature(self, method: str, path: str, query: dict[str, str]) -> str:
        # Sorted, because a client may send the query in another order; encoded, so that no value holds a line break.
        message = f"{method}\n{path}\n{urlencode(sorted(query.items()))}"
        return hmac.new(self._secret, message.encode(), hashlib.sha256).hexdigest()


def _refused(reason: str) -> ApiError:
    return ApiError(403, "FORBIDDEN", f"this URL {reason}; ask the API for a new one", "NotAllowedError")


def read_secret(path: Path) -> bytes:
    """Return the key that a workspace signs URLs with, made at the first call; only its owner can read it."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        # With its mode from the start: there is no moment in which others could open it.
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            # Unlike a rename, a link never replaces the key that another process made in the meantime.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
