import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.api import BitMask


@pytest.mark.parametrize(
    ("mask", "indices"),
    [(BitMask(0), []), (BitMask.from_hex("0x59"), [0, 3, 4, 6]), (BitMask.from_length(3), [0, 1, 2])],
)
def test_bit_k_is_position_k(mask: BitMask, indices: list[int]) -> None:
    assert mask.to_indices() == indices
    assert BitMask.from_indices(indices) == mask


@pytest.mark.parametrize("text", ["F", "0xf", "0XF"])
def test_hexadecimal_is_read_in_every_spelling_and_written_in_one(text: str) -> None:
    assert BitMask.from_hex(text).to_hex() == "0xf"


def test_binary_is_read_and_written() -> None:
    assert BitMask.from_bin("0b0101").to_bin() == "0b101"


def test_sets_combine_in_place_and_as_operators() -> None:
    mask = BitMask(0b0111)
    mask.difference(BitMask(0b1100))
    assert mask == BitMask(0b0011)
    mask.union(BitMask(0b1000))
    assert mask == BitMask(0b1011)
    mask.intersection(BitMask(0b0010))
    assert mask == BitMask(0b0010)
    assert BitMask(0b11) + BitMask(0b100) == BitMask(0b111)
    assert BitMask(0b11) - BitMask(0b110) == BitMask(0b1)


def test_single_bits_are_read_set_and_cleared() -> None:
    mask = BitMask(0b100)
    mask.set_kth_bit(0)
    mask.unset_kth_bit(2)
    assert (mask.get_kth_bit(0), mask.get_kth_bit(2), mask.x) == (True, False, 1)


def test_inverting_needs_the_number_of_samples() -> None:
    mask = BitMask(0b0101)
    mask.invert(4)
    assert mask == BitMask(0b1010)


def test_filenames_are_picked_by_their_bits() -> None:
    assert BitMask(0b101).masked_select_from_list(["a", "b", "c"]) == ["a", "c"]


@given(st.sets(st.integers(0, 3000)))
def test_indices_survive_a_round_trip_through_hexadecimal(indices: set[int]) -> None:
    assert BitMask.from_hex(BitMask.from_indices(indices).to_hex()).to_indices() == sorted(indices)
