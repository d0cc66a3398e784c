from collections.abc import Iterable

import numpy as np


class BitMask:
    """A set of sample positions as one integer: bit k is set when the k-th filename belongs to the set.

    The hexadecimal form is lower case with the prefix `0x`. Every conversion is linear in the number of bits.

    Args:
        x: The integer; 0 is the empty set.

    Examples:
        >>> BitMask.from_indices([0, 3]).to_hex()
        '0x9'
        >>> BitMask.from_hex("0x9").to_indices()
        [0, 3]
        >>> (BitMask(0b1100) - BitMask(0b0100)).to_bin()
        '0b1000'
    """

    def __init__(self, x: int) -> None:
        self.x = int(x)

    @classmethod
    def from_hex(cls, hexstring: str) -> "BitMask":
        """Return the mask that `hexstring` spells, with or without `0x`."""
        return cls(int(hexstring, 16))

    @classmethod
    def from_bin(cls, binstring: str) -> "BitMask":
        """Return the mask that `binstring` spells, with or without `0b`."""
        return cls(int(binstring, 2))

    @classmethod
    def from_length(cls, length: int) -> "BitMask":
        """Return the mask whose first `length` bits are set."""
        return cls((1 << length) - 1)

    @classmethod
    def from_indices(cls, indices: Iterable[int]) -> "BitMask":
        """Return the mask in which just the given bits are set."""
        positions = np.fromiter(indices, np.int64)
        n_bits = int(positions.max()) + 1 if positions.size else 0
        bits = np.zeros(n_bits, np.uint8)
        bits[positions] = 1
        # By way of bytes: shifting an integer of n bits n times, as Lightly's own class does, takes quadratic time.
        octets = np.packbits(bits, bitorder="little").tobytes()
        return cls(int.from_bytes(octets, "little"))

    def to_hex(self) -> str:
        """Return the mask in hexadecimal."""
        return hex(self.x)

    def to_bin(self) -> str:
        """Return the mask in binary."""
        return bin(self.x)

    def to_indices(self) -> list[int]:
        """Return the positions of the set bits, ascending."""
        # The lowest bit first, so that position k of the unpacked bits is row k; the last byte is filled with zeros.
        n_bytes = (self.x.bit_length() + 7) // 8
        octets = self.x.to_bytes(n_bytes, "little")
        bits = np.unpackbits(np.frombuffer(octets, np.uint8), bitorder="little")
        indices: list[int] = np.flatnonzero(bits).tolist()
        return indices

    def union(self, other: "BitMask") -> None:
        """Add the bits of `other` to this mask."""
        self.x |= other.x

    def intersection(self, other: "BitMask") -> None:
        """Keep only the bits that `other` has too."""
        self.x &= other.x

    def difference(self, other: "BitMask") -> None:
        """Remove the bits of `other` from this mask."""
        self.x &= ~other.x

    def masked_select_from_list(self, list_: list[str]) -> list[str]:
        """Return the elements of `list_` whose bit is set."""
        return [list_[index] for index in self.to_indices()]

    def invert(self, total_size: int) -> None:
        """Swap set and unset among the first `total_size` bits."""
        self.x ^= (1 << total_size) - 1

    def get_kth_bit(self, k: int) -> bool:
        """Return whether bit k is set."""
        return bool((self.x >> k) & 1)

    def set_kth_bit(self, k: int) -> None:
        """Set bit k."""
        self.x |= 1 << k

    def unset_kth_bit(self, k: int) -> None:
        """Clear bit k."""
        self.x &= ~(1 << k)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BitMask) and self.x == other.x

    def __hash__(self) -> int:
        return hash(self.x)

    def __add__(self, other: "BitMask") -> "BitMask":
        return BitMask(self.x | other.x)

    def __sub__(self, other: "BitMask") -> "BitMask":
        return BitMask(self.x & ~other.x)

    def __repr__(self) -> str:
        return f"BitMask({self.to_hex()})"
