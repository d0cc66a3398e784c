from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, bindparam, func, or_, select

from al_core.store.engines import failures_explained, reading
from al_core.store.tables import arrays, datasets, tags

REVISION = select(datasets.c.id, datasets.c.revision).where(
    datasets.c.deleted_at.is_(None),
    or_(datasets.c.id == bindparam("wanted"), datasets.c.name == bindparam("wanted")),
)


@dataclass(frozen=True)
class Revision:
    """The state of a dataset: equal revisions mean equal tags, arrays and attributes.

    Attributes:
        dataset_id: The dataset.
        number: How many transactions have changed it.
    """

    dataset_id: str
    number: int


class Revisions:
    """Reads the revisions of datasets at the lowest price.

    Clients that poll ask for nothing else most of the time. SQLAlchemy spends 80 of 100 µs on the transaction and the
    result around such a statement, and its five statements let go of the interpreter five times while other threads
    want it; the driver alone takes 20 µs and one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        compiled = REVISION.compile(dialect=engine.dialect)
        self._statement = compiled.string
        self._positions: list[str] | None = compiled.positiontup if compiled.positional else None

    def find(self, name_or_id: str) -> Revision | None:
        """Return the revision of the dataset of that name or id, or None if there is none."""
        with failures_explained(self._engine):
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(self._statement, self._parameters(name_or_id))
                row = cursor.fetchone()
                cursor.close()
            finally:
                # Back into the pool, which ends what the driver may have begun.
                connection.close()
        return Revision(*row) if row else None

    def _parameters(self, wanted: str) -> Any:
        names = self._positions
        return [wanted] * len(names) if names is not None else {"wanted": wanted}


def revisions_of(engine: Engine, dataset_id: str) -> list[int]:
    """Return the revision number of a dataset in a list, which is empty once the dataset is gone."""
    query = select(datasets.c.revision).where(datasets.c.id == dataset_id)
    with reading(engine) as connection:
        return list(connection.execute(query).scalars())


def last_record_at(engine: Engine, dataset_id: str, created_at: int) -> int:
    """Return when the newest tag or array of a dataset was made, or the dataset itself where one kind is missing."""
    newest = []
    for table in (tags, arrays):
        of_dataset = select(func.max(table.c.created_at)).where(table.c.dataset_id == dataset_id)
        newest.append(of_dataset.scalar_subquery())
    with reading(engine) as connection:
        moments = connection.execute(select(*newest)).one()
    # The maximum of no rows is NULL.
    return max(moment or created_at for moment in moments)
