import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.labels.brush import brush_mask

HEADER = f"{7:05b}" + f"{1:04b}{3:04b}{7:04b}{15:04b}"


def packed(n_values: int, *parts: str) -> list[int]:
    bits = f"{n_values:032b}" + HEADER + "".join(parts)
    bits += "0" * (-len(bits) % 8)
    return [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]


def run(length: int, value: int) -> str:
    return "1" + "01" + f"{length - 1:04b}" + f"{value:08b}"


def test_the_fourth_channel_is_the_mask() -> None:
    rle = packed(16, run(7, 0), run(1, 255), run(7, 9), run(1, 255))
    region = {"rle": rle, "original_width": 2, "original_height": 2}
    assert brush_mask("a.json", region).tolist() == [[False, True], [True, True]]


def test_values_that_follow_one_by_one_are_read() -> None:
    rle = packed(4, "0" + "01" + f"{3:04b}", *(f"{value:08b}" for value in (1, 2, 3, 4)))
    assert np.array_equal(brush_mask("a.json", {"rle": rle, "original_width": 1, "original_height": 1}), [[True]])


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ({"rle": [1], "original_width": 2, "original_height": 2}, "ends early"),
        ({"rle": packed(8, run(8, 0)), "original_width": 1, "original_height": 1}, "has 8 values for an image of 4"),
        ({"rle": [300], "original_width": 1, "original_height": 1}, "a list of bytes"),
        ({"rle": [1]}, "has no size"),
    ],
)
def test_a_damaged_brush_is_refused(region: dict[str, object], message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        brush_mask("a.json", region)
