"""Writers meet at the dataset's row.

Whoever changes a dataset begins with a lock on its row and holds it until the commit. So what is read inside is what is
changed: there are as many samples as the row says, no other process changes tags, arrays or attributes meanwhile, and
of two writers the second sees what the first has stored. On SQLite the lock is that of the whole catalog, taken by
BEGIN IMMEDIATE; elsewhere it is SELECT ... FOR UPDATE. Nobody locks a second dataset inside, so no two writers wait for
each other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update

from al_core.exceptions import NotFoundError
from al_core.store.engines import writing
from al_core.store.identity import now
from al_core.store.leases import check_lease
from al_core.store.tables import datasets
from al_core.store.watch import watch_of


@dataclass(frozen=True)
class DatasetLock:
    """A transaction that holds the row of a dataset.

    Attributes:
        connection: Where to read and write.
        dataset: The row as it was when the lock was taken.
        moment: When what is stored in it was made, in milliseconds since 1970: later than anything stored before, also
            if a clock was set back or another server's is slow. Rounds, and what judges what, are read off this order.
    """

    connection: Connection
    dataset: Row[Any]
    moment: int

    def update(self, **values: Any) -> None:
        """Change columns of the dataset's row."""
        is_dataset = datasets.c.id == self.dataset.id
        self.connection.execute(update(datasets).where(is_dataset).values(values))


@contextmanager
def changing(engine: Engine, dataset_id: str) -> Iterator[DatasetLock]:
    """Begin a transaction that changes a dataset.

    Raises:
        NotFoundError: If the dataset has been deleted.
    """
    with watch_of(engine).own_change() as change, writing(engine) as connection:
        locked = lock(connection, dataset_id)
        change.begin(connection, locked.dataset)
        yield locked
        change.end(connection)


def lock(connection: Connection, dataset_id: str, *, is_deleted: bool = False) -> DatasetLock:
    """Wait for the dataset's other writers and raise its revision, by which readers see that something has changed.

    Raises:
        NotFoundError: If the dataset has been deleted; with `is_deleted` if it has not, or for good.
        TakenOverError: If this thread works on a job that another server has by now.
    """
    column = datasets.c
    is_wanted = column.deleted_at.is_not(None) if is_deleted else column.deleted_at.is_(None)
    query = select(datasets).where(column.id == dataset_id, is_wanted).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        state = "not among the deleted ones" if is_deleted else "has been deleted"
        raise NotFoundError(f"the dataset with the id '{dataset_id}' {state}")
    locked = DatasetLock(connection, row, max(now(), row.changed_at + 1))
    locked.update(revision=column.revision + 1, changed_at=locked.moment)
    # After the dataset's row, as everywhere, so that no two writers wait for each other.
    check_lease(connection)
    return locked
