"""Per-sample metadata, one stored array per column of numbers or of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.store.records import Kind, StoredArray
from al_core.store.stored_json import read_record, to_json

if TYPE_CHECKING:
    from al_core.formats import JoinReport, MetadataTable
    from al_core.store import Dataset, LocalDataset, Workspace


@dataclass(frozen=True)
class ColumnAttributes:
    """What a stored column of metadata means.

    Attributes:
        source: The file it came from.
        names: The texts that the values of a column of text are positions among.
        version: Of this layout.
    """

    source: str = ""
    names: tuple[str, ...] = ()
    version: int = 1

    @classmethod
    def of(cls, column: StoredArray) -> "ColumnAttributes":
        """Return what a stored column means."""
        return read_record(cls, column.attributes) or cls()


def store_metadata(dataset: "Dataset", table: "MetadataTable", report: "JoinReport") -> list[str]:
    """Store columns of numbers and texts, in place of older ones of the same names, and return their names.

    Texts become positions among their names, -1 where there is none, as arrays of the kind "category".

    Raises:
        InvalidInputError: If the report says that the file is not usable.
    """
    report.require_usable()
    used = np.flatnonzero(report.rows >= 0)
    rows = report.rows[used]
    columns: dict[str, NDArray[np.float64]] = {}
    for name, values in table.columns.items():
        column = np.full(dataset.n_samples, np.nan)
        column[rows] = values[used]
        columns[name] = column
    if columns:
        dataset.arrays.save(Kind.METADATA, columns, to_json(ColumnAttributes(report.source)))
    for name, text in table.texts.items():
        codes = np.full(dataset.n_samples, -1, np.int32)
        codes[rows] = text.codes[used]
        # One by one, because each column of text has names of its own.
        attributes = ColumnAttributes(report.source, tuple(text.names))
        dataset.arrays.save(Kind.CATEGORY, {name: codes}, to_json(attributes))
    # A name is a number or a text, never both.
    for name in table.columns:
        dataset.arrays.delete(Kind.CATEGORY, name)
    for name in table.texts:
        dataset.arrays.delete(Kind.METADATA, name)
    return [*columns, *table.texts]


def take_back_metadata(workspace: "Workspace", dataset: "LocalDataset", names: Sequence[str], *, since: int) -> None:
    """Remove columns that were stored since a time, and bring those back that they replaced.

    Args:
        workspace: That of the dataset.
        dataset: Of this machine.
        names: What `store_metadata` returned.
        since: From before it was called, in milliseconds since 1970.
    """
    kinds = (Kind.METADATA, Kind.CATEGORY)
    # Looked up before anything is deleted: what is deleted below gets a tombstone too, and stays deleted.
    replaced = [
        stone
        for stone in workspace.tombstones.all(dataset.id)
        if stone.kind in kinds and stone.name in names and stone.deleted_at >= since
    ]
    for name in names:
        for kind in kinds:
            dataset.arrays.delete(kind, name)
    for stone in replaced:
        workspace.tombstones.restore(stone.id)
