"""Per-sample metadata, one stored array per column of numbers or of text."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from al_core.store.records import Kind, StoredArray
from al_core.store.stored_json import read_record, to_json

if TYPE_CHECKING:
    from al_core.formats import JoinReport, MetadataTable
    from al_core.store import Dataset


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
        InvalidInputError: If the report found the file not usable.
    """
    report.require_usable()
    used = np.flatnonzero(report.rows >= 0)
    columns = {name: np.full(dataset.n_samples, np.nan) for name in table.columns}
    for name, values in table.columns.items():
        columns[name][report.rows[used]] = values[used]
    if columns:
        dataset.arrays.save(Kind.METADATA, columns, to_json(ColumnAttributes(report.source)))
    for name, text in table.texts.items():
        codes = np.full(dataset.n_samples, -1, np.int32)
        codes[report.rows[used]] = text.codes[used]
        dataset.arrays.save(Kind.CATEGORY, {name: codes}, to_json(ColumnAttributes(report.source, tuple(text.names))))
    # A name is a number or a text, never both.
    for name in table.columns:
        dataset.arrays.delete(Kind.CATEGORY, name)
    for name in table.texts:
        dataset.arrays.delete(Kind.METADATA, name)
    return [*columns, *table.texts]
