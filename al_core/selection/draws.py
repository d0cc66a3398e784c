"""A random number per row that depends on the seed and the row alone.

A generator that draws one number after the other gives a row another number when other rows are drawn before it. A
counter-based one encrypts the row's own number, so a part of a dataset on another machine draws what the whole draws.

Source: Salmon, Moraes, Dror, Shaw, Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011): Philox-4x64-10.
"""

import numpy as np
from numpy.typing import NDArray

from al_core.types import Rows

_WORDS_PER_COUNT = 4
_COUNTERS = 1 << 256
_KEYS = 1 << 128
# 32 MB of words at a time.
_BLOCK_ROWS = 1 << 20


def draw_per_row(rows: Rows, seed: int) -> NDArray[np.uint64]:
    """Return for each row the first word of Philox-4x64-10 with the seed as its key and the row as its counter, (n,).

    Args:
        rows: Ascending.
        seed: From 0; its lowest 128 bits count.

    Examples:
        The draw of a row is the same whichever rows are drawn with it.

        >>> draw_per_row(np.array([0, 1, 2]), seed=7)
        array([16616082243229511570, 16086915834549238692,  1528177845972429030],
              dtype=uint64)
        >>> draw_per_row(np.array([2]), seed=7)
        array([1528177845972429030], dtype=uint64)
    """
    draws = np.empty(len(rows), np.uint64)
    n_drawn = 0
    while n_drawn < len(rows):
        first = int(rows[n_drawn])
        # Rows whose counters lie within one block: gaps between rows are drawn and thrown away.
        stop = int(np.searchsorted(rows, first + _BLOCK_ROWS))
        block = rows[n_drawn:stop]
        # numpy's generator counts on before it encrypts, so it starts one counter earlier.
        generator = np.random.Philox(key=seed % _KEYS, counter=(first - 1) % _COUNTERS)
        words = generator.random_raw(_WORDS_PER_COUNT * (int(block[-1]) - first + 1))
        draws[n_drawn:stop] = words[_WORDS_PER_COUNT * (block - first)]
        n_drawn = stop
    return draws
