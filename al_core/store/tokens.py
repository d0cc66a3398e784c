import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from al_core.exceptions import AlreadyExistsError, InvalidInputError, NotFoundError
from al_core.store.engines import reading, writing
from al_core.store.identity import new_id, now
from al_core.store.tables import tokens as table
from al_core.text import quoted

TOKEN_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9 ._@-]{0,99}")


@dataclass(frozen=True)
class Token:
    """Somebody's right to use the API; the secret itself is not stored."""

    id: str
    name: str
    may_write: bool
    created_at: int


class Tokens:
    """The tokens of a workspace."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, name: str, *, may_write: bool = True) -> str:
        """Return the secret of a new token. It is shown this once: only its SHA-256 is stored.

        Raises:
            AlreadyExistsError: If there is a token of that name.
        """
        if not TOKEN_NAME.fullmatch(name):
            raise InvalidInputError(f"token name {name!r} is not allowed: use 1 to 100 letters, digits, . _ @ -")
        secret = secrets.token_hex(24)
        values = {"id": new_id(), "name": name, "hash": _hash(secret), "may_write": may_write, "created_at": now()}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(table).values(values))
        except IntegrityError as error:
            raise AlreadyExistsError(f"there is already a token '{name}'; revoke it or choose another name") from error
        return secret

    def revoke(self, name: str) -> None:
        """Remove a token; it is refused from then on."""
        with writing(self._engine) as connection:
            n_removed = connection.execute(delete(table).where(table.c.name == name)).rowcount
        if not n_removed:
            names = quoted(token.name for token in self.all()) or "none"
            raise NotFoundError(f"there is no token '{name}'; there are: {names}")

    def all(self) -> list[Token]:
        """Return all tokens, oldest first."""
        query = select(table).order_by(table.c.created_at, table.c.id)
        with reading(self._engine) as connection:
            return [_token(record) for record in connection.execute(query)]

    def find(self, secret: str) -> Token | None:
        """Return the token with that secret, or None. The time it takes does not depend on the secret."""
        digest = _hash(secret)
        match = None
        with reading(self._engine) as connection:
            # Every token is compared, also after a match.
            for record in connection.execute(select(table)):
                if hmac.compare_digest(record.hash, digest):
                    match = _token(record)
        return match

    def get(self, token_id: str) -> Token | None:
        """Return the token with that id, or None if it was revoked."""
        with reading(self._engine) as connection:
            record = connection.execute(select(table).where(table.c.id == token_id)).first()
        return _token(record) if record else None


def _token(record: Row[Any]) -> Token:
    return Token(record.id, record.name, record.may_write, record.created_at)


def _hash(secret: str) -> str:
    # The secret has 192 random bits, so a plain hash cannot be guessed backwards and needs no salt.
    return hashlib.sha256(secret.encode()).hexdigest()
