from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from al_core.store.tables import datasets
from al_core.store.tables import samples as table


class Samples:
    """Samples that arrive one by one, and the what clients say about single samples.

    A sample added here takes the next free row at once. It belongs to the dataset once `Dataset.lock_samples` or
    `Dataset.grow` has counted it in; until then it is pending.
    """

    def __init__(self, engine: Engine, dataset_id: str) -> None:
        self._engine = engine
        self._dataset_id = dataset_id

    def add(self, filename: str, attributes: Mapping[str, Any]) -> int:
        """Return the row of a new pending sample; a filename that was added before keeps its row and its attributes."""
        next_row = (
            update(datasets)
            .where(datasets.c.id == self._dataset_id)
            .values(n_pending=datasets.c.n_pending + 1)
            .returning(datasets.c.n_samples + datasets.c.n_pending - 1)
        )
        try:
            with self._engine.begin() as connection:
                row = int(connection.execute(next_row).scalar_one())
                connection.execute(insert(table).values(self._values(row, filename, attributes)))
        except IntegrityError:
            added = self.find(filename)
            if added is None:
                raise
            return added
        return row

    def find(self, filename: str) -> int | None:
        """Return the row of a filename that was added here, or None."""
        query = select(table.c.row).where(table.c.dataset_id == self._dataset_id, table.c.filename == filename)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def filenames(self, first_row: int) -> list[str]:
        """Return the filenames added from a row on, in row order."""
        query = select(table.c.filename).where(table.c.dataset_id == self._dataset_id, table.c.row >= first_row)
        with self._engine.connect() as connection:
            return list(connection.execute(query.order_by(table.c.row)).scalars())

    def attributes(self, row: int | None = None) -> dict[int, dict[str, Any]]:
        """Return what clients said about one row, or about all, by row; rows of which nothing was said are left out."""
        query = select(table.c.row, table.c.attributes).where(table.c.dataset_id == self._dataset_id)
        if row is not None:
            query = query.where(table.c.row == row)
        with self._engine.connect() as connection:
            return {record.row: record.facts for record in connection.execute(query)}

    def set_attributes(self, row: int, filename: str, attributes: Mapping[str, Any]) -> None:
        """Store what a client says about a sample, in place of what was said before."""
        is_row = (table.c.dataset_id == self._dataset_id) & (table.c.row == row)
        with self._engine.begin() as connection:
            if not connection.execute(update(table).where(is_row).values(attributes=dict(attributes))).rowcount:
                connection.execute(insert(table).values(self._values(row, filename, attributes)))

    def _values(self, row: int, filename: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
        return {"dataset_id": self._dataset_id, "row": row, "filename": filename, "attributes": dict(attributes)}
