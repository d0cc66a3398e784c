"""Label Studio's run lengths, decoded as its SDK does."""

import numpy as np


def bits(values: list[int]) -> str:
    return "".join(f"{value:08b}" for value in values)


def decode_rle(values: list[int]) -> np.ndarray:
    """Decode as `label_studio_sdk.converter.brush.decode_rle` does."""
    stream = bits(values)
    position = 0

    def take(n_bits: int) -> int:
        nonlocal position
        position += n_bits
        return int(stream[position - n_bits : position], 2)

    n_values = take(32)
    word = take(5) + 1
    sizes = [take(4) + 1 for _ in range(4)]
    decoded: list[int] = []
    while len(decoded) < n_values:
        is_run = take(1)
        length = take(sizes[take(2)]) + 1
        decoded += [take(word)] * length if is_run else [take(word) for _ in range(length)]
    return np.array(decoded, np.uint8)
