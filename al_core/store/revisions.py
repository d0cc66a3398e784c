from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, bindparam, or_, select

from al_core.store.engines import failures_explained
from al_core.store.tables import datasets

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
