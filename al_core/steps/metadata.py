"""Per-sample metadata, one stored array per column of numbers or of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.store.files import array_digest
from al_core.store.kinds import Kind
from al_core.store.records import StoredArray
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
    numbers = _number_columns(dataset, table, report)
    texts = _text_columns(dataset, table, report)
    if numbers:
        dataset.arrays.save(Kind.METADATA, numbers, to_json(ColumnAttributes(report.source)))
    for name, codes in texts.items():
        # One by one, because each column of text has names of its own.
        attributes = ColumnAttributes(report.source, tuple(table.texts[name].names))
        dataset.arrays.save(Kind.CATEGORY, {name: codes}, to_json(attributes))
    # A name is a number or a text, never both.
    for name in numbers:
        dataset.arrays.delete(Kind.CATEGORY, name)
    for name in texts:
        dataset.arrays.delete(Kind.METADATA, name)
    return [*numbers, *texts]


def changed_columns(dataset: "Dataset", table: "MetadataTable", report: "JoinReport") -> list[str]:
    """Return the columns that `store_metadata` would add or give other values; nothing is stored.

    Raises:
        InvalidInputError: If the report says that the file is not usable.
    """
    report.require_usable()
    changed: list[str] = []
    for name, values in _number_columns(dataset, table, report).items():
        stored = dataset.arrays.find(Kind.METADATA, name)
        # By digest: on a server nothing needs to be fetched.
        if stored is None or stored.digest != array_digest(values):
            changed.append(name)
    for name, codes in _text_columns(dataset, table, report).items():
        stored = dataset.arrays.find(Kind.CATEGORY, name)
        is_same = stored is not None and stored.digest == array_digest(codes)
        if stored is None or not is_same or ColumnAttributes.of(stored).names != tuple(table.texts[name].names):
            changed.append(name)
    return changed


def _number_columns(dataset: "Dataset", table: "MetadataTable", report: "JoinReport") -> dict[str, NDArray[np.float64]]:
    """Return (N,) the numbers of each column at the rows of their samples, NaN where there is none."""
    used = np.flatnonzero(report.rows >= 0)
    columns: dict[str, NDArray[np.float64]] = {}
    for name, values in table.columns.items():
        columns[name] = np.full(dataset.n_samples, np.nan)
        columns[name][report.rows[used]] = values[used]
    return columns


def _text_columns(dataset: "Dataset", table: "MetadataTable", report: "JoinReport") -> dict[str, NDArray[np.int32]]:
    """Return (N,) the positions of each column's texts among their names, -1 where there is none."""
    used = np.flatnonzero(report.rows >= 0)
    columns: dict[str, NDArray[np.int32]] = {}
    for name, text in table.texts.items():
        columns[name] = np.full(dataset.n_samples, -1, np.int32)
        columns[name][report.rows[used]] = text.codes[used]
    return columns


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
