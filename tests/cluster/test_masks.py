import numpy as np
import pytest

from al_core.cluster.masks import packed, unpacked


@pytest.mark.parametrize("rows", [[], [0], [0, 7, 8, 12], list(range(12)), list(range(13))])
def test_rows_are_what_they_were(rows: list[int]) -> None:
    assert unpacked(packed(np.array(rows, np.int64), 13), 13).tolist() == rows


def test_all_rows_need_no_bits() -> None:
    assert packed(np.arange(100), 100) is None
