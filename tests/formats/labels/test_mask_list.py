import numpy as np
import pytest

from al_core.exceptions import FileFormatError
from al_core.formats.labels.mask_list import MaskList


def test_maps_are_kept_one_after_the_other() -> None:
    masks = MaskList()
    assert not masks
    masks.canvas("a.png", (3, 1))[0, 1:] = 5
    masks.keep(0)
    masks.keep(1)
    masks.put(np.array([[2], [2]], np.int32))
    masks.keep(2)
    assert masks.masks.tolist() == [(0, 1, 3, 0, 2), (2, 2, 1, 2, 3)]
    assert masks.runs.tolist() == [(-1, 1), (5, 2), (2, 2)]


def test_an_image_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(FileFormatError, match=r"a\.png: the image has 100,000,000 pixels"):
        MaskList().canvas("a.png", (10_000, 10_000))
