from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update

from al_core.store.engines import reading
from al_core.store.tables import samples as table
from al_core.store.transactions import DatasetLock, changing

Attributes = dict[str, Any]


class Samples:
    """Samples that arrive one by one, and what clients said about single samples.

    A sample added here takes the next free row at once. It belongs to the dataset once `Dataset.lock_samples` or
    `Dataset.grow` has counted it in; until then it is pending.
    """

    def __init__(self, engine: Engine, dataset_id: str) -> None:
        self._engine = engine
        self._dataset_id = dataset_id

    def add(self, filename: str, attributes: Mapping[str, Any]) -> int:
        """Return the row of a new pending sample; a filename that was added before keeps its row and its attributes."""
        with changing(self._engine, self._dataset_id) as locked:
            query = select(table.c.row).where(self._are(), table.c.filename == filename)
            row = locked.connection.execute(query).scalar_one_or_none()
            if row is not None:
                return int(row)
            row = int(locked.dataset.n_samples + locked.dataset.n_pending)
            self._insert(locked, row, filename, attributes)
            locked.update(n_pending=locked.dataset.n_pending + 1)
        return row

    def filenames(self, first_row: int, connection: Connection | None = None) -> list[str]:
        """Return the filenames added from a row on, in row order; as a transaction sees them, if it is given."""
        query = select(table.c.filename).where(self._are(), table.c.row >= first_row).order_by(table.c.row)
        # Not a second connection inside a transaction: others may hold all there are while they wait for this one.
        with nullcontext(connection) if connection else reading(self._engine) as reader:
            return list(reader.execute(query).scalars())

    def attributes(self, row: int | None = None) -> dict[int, Attributes]:
        """Return what clients said about one row, or about all, by row; rows of which nothing was said are left out."""
        query = select(table.c.row, table.c.attributes).where(self._are())
        if row is not None:
            query = query.where(table.c.row == row)
        with reading(self._engine) as connection:
            return {record.row: record.facts for record in connection.execute(query)}

    def change_attributes(self, row: int, filename: str, change: Callable[[Attributes], Attributes]) -> None:
        """Store what `change` makes of the attributes of a sample as they are by now; nobody writes in between."""
        is_row = self._are() & (table.c.row == row)
        with changing(self._engine, self._dataset_id) as locked:
            record = locked.connection.execute(select(table.c.attributes).where(is_row)).one_or_none()
            if record is None:
                self._insert(locked, row, filename, change({}))
            else:
                locked.connection.execute(update(table).where(is_row).values(attributes=change(record.facts)))

    def _are(self) -> ColumnElement[bool]:
        return table.c.dataset_id == self._dataset_id

    def _insert(self, locked: DatasetLock, row: int, filename: str, attributes: Mapping[str, Any]) -> None:
        values = {"dataset_id": self._dataset_id, "row": row, "filename": filename, "attributes": dict(attributes)}
        locked.connection.execute(insert(table).values(values))
