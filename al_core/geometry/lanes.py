"""How many partial sums a distance has (decision 010)."""

# One AVX-512 register of float32, or two of AVX2.
LANES = 16


def padded_width(dim: int) -> int:
    """Return the next multiple of `LANES`.

    Examples:
        >>> padded_width(16), padded_width(17)
        (16, 32)
    """
    return -(-dim // LANES) * LANES
