import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.store.parts import Part, encode, read_header, row_bytes, row_ranges, split, write_header


@pytest.mark.parametrize("array", [np.array(3.0), np.empty((0, 4)), np.arange(3), np.asfortranarray(np.ones((3, 2)))])
def test_an_array_that_fits_is_one_valid_npy_file(array: NDArray[Any]) -> None:
    [piece] = split(array)
    read = np.load(io.BytesIO(encode(piece)), allow_pickle=False)
    assert (read.shape, read.dtype, read.tolist()) == (array.shape, array.dtype, array.tolist())


def test_a_larger_array_is_cut_between_rows() -> None:
    pieces = list(split(np.arange(10).reshape(5, 2), part_bytes=40))
    assert [piece.tolist() for piece in pieces] == [[[0, 1], [2, 3]], [[4, 5], [6, 7]], [[8, 9]]]


def test_a_row_that_is_larger_than_a_part_is_a_part() -> None:
    assert [len(piece) for piece in split(np.zeros((2, 100)), part_bytes=8)] == [1, 1]


def test_a_header_says_type_and_shape() -> None:
    entry = np.dtype([("row", "<i8"), ("box", "<f4", (4,))])
    header = read_header(io.BytesIO(encode(np.zeros(7, entry))))
    assert (header.shape, header.dtype) == ((7,), entry)
    assert row_bytes(header.shape, header.dtype) == 24


def test_rows_behind_a_written_header_are_an_array() -> None:
    file = io.BytesIO()
    write_header(file, np.dtype("<f4"), (2, 2))
    file.write(np.arange(4, dtype="<f4").tobytes())
    file.seek(0)
    assert np.load(file, allow_pickle=False).tolist() == [[0, 1], [2, 3]]


def test_rows_near_each_other_are_one_range_and_a_range_stays_in_its_part() -> None:
    parts = [Part(10, 128 + 80), Part(10, 128 + 80)]
    ranges = list(row_ranges(parts, np.array([0, 2, 8, 11, 12]), 8, gap_bytes=16))
    found = [(one.part, one.first_row, one.n_rows, one.start, one.end) for one in ranges]
    assert found == [(0, 0, 3, 128, 152), (0, 8, 1, 192, 200), (1, 11, 2, 136, 152)]


def test_no_rows_are_no_range() -> None:
    assert list(row_ranges([Part(1, 136)], np.empty(0, np.int64), 8, gap_bytes=0)) == []
