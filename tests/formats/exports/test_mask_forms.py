import numpy as np
import pytest

from al_core.formats.exports.mask_forms import brush_run_lengths, cvat_run_lengths, extent_of
from tests.formats.exports.brush import bits, decode_rle


def test_the_box_around_nothing_has_no_size() -> None:
    assert extent_of(np.zeros((2, 3), np.bool_)) == (0, 0, 0, 0)


def test_cvat_counts_line_by_line_inside_the_box() -> None:
    ring = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.bool_)
    assert cvat_run_lengths(np.pad(ring, 2)) == "0, 4, 1, 4"


def test_label_studio_counts_rgba_values_in_bits() -> None:
    # One pixel outside and one inside: 8 values in two runs of 4, whose 3 fits into 3 bits, the first of the sizes.
    header = f"{8:032b}" + f"{7:05b}" + "0010" + "0011" + "0111" + "1111"
    first, second = "1" + "00" + "011" + f"{0:08b}", "1" + "00" + "011" + f"{255:08b}"
    encoded = bits(brush_run_lengths(np.array([[False, True]])))
    assert encoded.startswith(header + first + second)
    assert set(encoded[len(header + first + second) :]) <= {"0"}


@pytest.mark.parametrize("side", [3, 130, 300])
def test_label_studio_reads_its_run_lengths_back(side: int) -> None:
    rng = np.random.default_rng(0)
    pixels = np.zeros((side, side + 7), np.bool_)
    pixels[side // 3 :] = True
    pixels[rng.integers(side, size=9), rng.integers(side, size=9)] ^= True
    decoded = decode_rle(brush_run_lengths(pixels)).reshape(side, side + 7, 4)
    np.testing.assert_array_equal(decoded[:, :, 3] > 0, pixels)
    np.testing.assert_array_equal(decoded[:, :, 0], decoded[:, :, 3])
