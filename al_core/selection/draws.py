"""A random number per row that depends on the seed and the row alone.

A generator that draws one number after the other gives a row another number when other rows are drawn before it. A
counter-based one encrypts the row's own number, so a part of a dataset on another machine draws what the whole draws.

Source: Salmon, Moraes, Dror, Shaw, Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011): Philox-4x64-10.
"""

import numpy as np
from numpy.typing import NDArray

from al_core.types import Rows

_N_ROUNDS = 10
# The paper's multipliers and the steps of the key, the golden ratio and √3 - 1 as fractions of 2^64.
_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_WORDS_PER_COUNT = 4
_COUNTERS = 1 << 256
_KEYS = 1 << 128
_WORD = (1 << 64) - 1
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


def philox(counter: int, key: int) -> tuple[int, int, int, int]:
    """Return the four words of Philox-4x64-10 by definition: the reference of `draw_per_row`.

    Examples:
        The first known answer of the authors' test suite.

        >>> [f"{word:016x}" for word in philox(0, 0)]
        ['16554d9eca36314c', 'db20fe9d672d0fdc', 'd7e772cee186176b', '7e68b68aec7ba23b']
    """
    words = [(counter >> (64 * place)) & _WORD for place in range(4)]
    keys = [(key >> (64 * place)) & _WORD for place in range(2)]
    # Words 0 and 2 are multiplied, 1 and 3 are mixed in, and the places are swapped for the next round.
    for _ in range(_N_ROUNDS):
        first = _MULTIPLIERS[0] * words[0]
        second = _MULTIPLIERS[1] * words[2]
        # The upper and the lower half of each product.
        words = [
            (second >> 64) ^ words[1] ^ keys[0],
            second & _WORD,
            (first >> 64) ^ words[3] ^ keys[1],
            first & _WORD,
        ]
        keys = [(keys[0] + _KEY_STEPS[0]) & _WORD, (keys[1] + _KEY_STEPS[1]) & _WORD]
    return words[0], words[1], words[2], words[3]
