"""Content of an object storage before a transaction names it.

Objects cannot be renamed, so a dead writer's look like those of a live one. Therefore each is announced in the catalog
before its first byte is written, and the transaction that names it takes the announcement back. One that has run out is
a dead writer's: its objects go first, its row last.
"""

from collections.abc import Sequence
from contextlib import nullcontext

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from al_core.exceptions import AlreadyExistsError, NotAllowedError
from al_core.store.engines import reading, writing
from al_core.store.identity import now
from al_core.store.storage import ArrayPlace, Storage
from al_core.store.tables import drafts as table
from al_core.store.transactions import DatasetLock

LIFETIME_MILLISECONDS = 24 * 3600 * 1000
"""How long a write may take: 100 GB take half an hour at 60 MB/s. Clocks of servers may differ by much less."""


class Drafts:
    """The announcements of a workspace; nothing happens where the storage needs none."""

    def __init__(self, engine: Engine, storage: Storage) -> None:
        self._engine = engine
        self._storage = storage

    def announce(self, dataset_id: str, content_id: str, locked: DatasetLock | None = None) -> None:
        """Say that content is about to be written.

        Args:
            dataset_id: The dataset it is of.
            content_id: What it will be written under.
            locked: The transaction that names it, if there is one already: what a killed process leaves then is
                reported by the doctor, and not removed.

        Raises:
            AlreadyExistsError: If somebody else writes under the id.
        """
        if not self._storage.needs_drafts:
            return
        values = {"id": content_id, "dataset_id": dataset_id, "expires_at": now() + LIFETIME_MILLISECONDS}
        try:
            with nullcontext(locked.connection) if locked else writing(self._engine) as connection:
                connection.execute(insert(table).values(values))
        except IntegrityError as error:
            raise AlreadyExistsError(f"'{content_id}' is being stored already; ask for a new address") from error

    def settle(self, locked: DatasetLock, content_id: str) -> None:
        """Take an announcement back in the transaction that names the content.

        Raises:
            NotAllowedError: If it has run out: the content may be gone.
        """
        if not self._storage.needs_drafts:
            return
        # 0 marks one that has run out.
        is_valid = (table.c.id == content_id) & (table.c.expires_at > 0)
        if not locked.connection.execute(delete(table).where(is_valid)).rowcount:
            raise NotAllowedError(
                f"writing took longer than {LIFETIME_MILLISECONDS // 3_600_000} hours, so what was written has been "
                "removed; try again over a faster connection"
            )

    def forget(self, content_ids: Sequence[str]) -> None:
        """Take announcements back whose content has been removed."""
        if not self._storage.needs_drafts or not content_ids:
            return
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(table.c.id.in_(content_ids)))

    def ids(self) -> set[tuple[str, str]]:
        """Return (dataset, content) ids of all announcements."""
        with reading(self._engine) as connection:
            return {(row.dataset_id, row.id) for row in connection.execute(select(table))}

    def remove_expired(self) -> None:
        """Remove what dead writers have left."""
        is_over = table.c.expires_at <= now()
        with reading(self._engine) as connection:
            if connection.execute(select(table.c.id).where(is_over).limit(1)).first() is None:
                return
        with writing(self._engine) as connection:
            # Committed before any object goes, so that a slow writer finds its announcement run out.
            connection.execute(update(table).where(is_over).values(expires_at=0))
            expired = connection.execute(select(table).where(table.c.expires_at == 0)).all()
        for row in expired:
            self._storage.remove(ArrayPlace(row.dataset_id, "", row.id))
            self.forget([row.id])
