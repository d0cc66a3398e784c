"""Philox-4x64-10 by definition, slow and short: what `draw_per_row` is compared with."""

_N_ROUNDS = 10
# The paper's multipliers and the steps of the key, the golden ratio and √3 - 1 as fractions of 2^64.
_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_WORD = (1 << 64) - 1


def philox(counter: int, key: int) -> tuple[int, int, int, int]:
    """Return the four words of Philox-4x64-10."""
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
