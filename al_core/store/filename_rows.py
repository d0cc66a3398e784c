from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from al_core.store.names import check_are_texts
from al_core.types import Rows

if TYPE_CHECKING:
    import pyarrow as pa

FEW_NAMES = 8
"""Names are few if the column has so many times as many."""


def rows_by_filename(column: "pa.Array", filenames: Sequence[str]) -> Rows:
    """Return the row of each filename in a column of unique ones, -1 where it is not there.

    Examples:
        >>> import pyarrow as pa
        >>> column = pa.array(["a.png", "b.png", "c.png"], pa.large_string())
        >>> rows_by_filename(column, ["c.png", "x.png", "a.png"]).tolist()
        [2, -1, 0]

    Raises:
        InvalidInputError: If one is not a text, such as a path.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        wanted = pa.array(filenames, pa.large_string())
    except pa.ArrowTypeError:
        check_are_texts(filenames)
        raise
    if len(wanted) * FEW_NAMES > len(column):
        return _positions(pc.index_in(wanted, value_set=column))
    # Arrow makes a hash table of the value set. Of few names it is small, and the whole column passes by it; the other
    # way round, a table of 100 million names took 12 GB.
    unique = wanted.unique()
    positions = _positions(pc.index_in(column, value_set=unique))
    wanted_rows = np.flatnonzero(positions >= 0)
    row_of_unique = np.full(len(unique), -1)
    row_of_unique[positions[wanted_rows]] = wanted_rows
    rows: Rows = row_of_unique[_positions(pc.index_in(wanted, value_set=unique))]
    return rows


def _positions(indices: "pa.Array") -> Rows:
    """Return positions that Arrow has looked up, -1 where there is none."""
    positions: Rows = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return positions
