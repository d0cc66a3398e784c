"""Numbers and texts known of samples, in the store: one array a column."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from al_core.formats import JoinReport, MetadataTable
    from al_core.store import Dataset


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
        dataset.arrays.save("metadata", columns, {"source": report.source})
    for name, text in table.texts.items():
        codes = np.full(dataset.n_samples, -1, np.int32)
        codes[report.rows[used]] = text.codes[used]
        dataset.arrays.save("category", {name: codes}, {"source": report.source, "names": list(text.names)})
    for kind, names in (("category", table.columns), ("metadata", table.texts)):
        for name in names:
            dataset.arrays.delete(kind, name)
    return [*columns, *table.texts]
