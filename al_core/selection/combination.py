"""Several strategies at once: the row of the highest product of objective^strength, one pick after the other.

The rule that Lightly publishes for combining strategies (docs.lightly.ai, selection strategy combination).
"""

from collections.abc import Sequence

import numpy as np

from al_core.selection.ranking import lowest_first
from al_core.selection.request import checked_rows, count_new
from al_core.selection.strategies.base import Strategy, pick_one_by_one
from al_core.types import Progress, Rows


def combine(
    strategies: Sequence[Strategy],
    n_samples: int,
    *,
    query_rows: Rows,
    preselected_rows: Rows | Sequence[int] = (),
    progress: Progress | None = None,
) -> Rows:
    """Return the newly added rows in the order picked, the lowest row among equals.

    Args:
        strategies: What counts.
        n_samples: The size of the result, preselected rows included; -1 for no limit.
        query_rows: Rows that may be selected.
        preselected_rows: Rows already chosen.
        progress: Called with (picked, total); it may raise to stop.

    Raises:
        InvalidInputError: If a value is out of range.

    Examples:
        The example of the published rule: distances 1, .8, .5 and scores .3, .8, 1 select the second row.

        >>> from al_core.selection.strategies import Diversity, Weights
        >>> embeddings = np.array([[0.0], [1.0], [0.8], [0.5]])
        >>> strategies = [Diversity(embeddings, normalize=False), Weights(np.array([0, 0.3, 0.8, 1]))]
        >>> combine(strategies, 2, query_rows=np.array([1, 2, 3]), preselected_rows=[0])
        array([2])
    """
    labeled = checked_rows(preselected_rows, None, "preselected_rows")
    query = checked_rows(query_rows, None, "query_rows")
    for strategy in strategies:
        query = query[strategy.allows(query)]
    rows = np.setdiff1d(query, labeled, assume_unique=True)
    n_new = count_new(n_samples, len(rows), len(labeled))
    report = progress or (lambda done, total: None)
    constant = np.ones(len(rows))
    for strategy in strategies:
        constant *= strategy.constant(rows)
    changing = [part for strategy in strategies if (part := strategy.changing(rows, labeled))]
    if not changing:
        return rows[lowest_first(-constant, n_new)]
    if len(changing) == 1:
        return rows[changing[0].pick(constant, n_new, report)]
    return rows[pick_one_by_one(changing, constant, n_new, report)]
