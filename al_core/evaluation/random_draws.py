"""What RANDOM would have picked instead: the control of every figure that needs no labels."""

from collections.abc import Sequence
from dataclasses import replace

from al_core.config import SamplingMethod, SelectionConfig
from al_core.selection import select
from al_core.types import Embeddings, Rows

N_DRAWS = 20
"""A selection outside all of 20 draws is so by chance in 1 of 21 cases on each side."""


def draw_seeds(seed: int, n_draws: int = N_DRAWS) -> list[int]:
    """Return the seed of each draw; they belong into the manifest.

    Examples:
        >>> draw_seeds(7, 3)
        [8, 9, 10]
    """
    # The selection's own seed would repeat a RANDOM selection as its own control.
    return [seed + 1 + number for number in range(n_draws)]


def random_draws(
    config: SelectionConfig,
    seeds: Sequence[int],
    *,
    query_rows: Rows,
    labeled_rows: Rows,
    embeddings: Embeddings | None = None,
) -> list[Rows]:
    """Return the rows that RANDOM adds to the same labeled set from the same query set, once for each seed.

    Args:
        config: Of the selection that is judged; size and minimum distance hold for the draws too.
        seeds: One for each draw.
        query_rows: Rows that may be selected.
        labeled_rows: Rows already chosen.
        embeddings: Needed if a minimum distance is set.

    Examples:
        >>> import numpy as np
        >>> draws = random_draws(
        ...     SelectionConfig("CORAL", 5), [1, 2], query_rows=np.arange(100), labeled_rows=np.array([3]))
        >>> [len(draw) for draw in draws]
        [4, 4]
    """
    return [
        select(
            embeddings,
            replace(config, method=SamplingMethod.RANDOM, seed=seed),
            query_rows=query_rows,
            preselected_rows=labeled_rows,
        )
        for seed in seeds
    ]
