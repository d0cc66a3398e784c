from collections.abc import Callable

import numpy as np
import pytest

from al_core.config import SelectionConfig
from al_core.selection import spacing
from al_core.selection.request import Request
from al_core.selection.spacing import RowSpacing, Spacing
from al_core.selection.spacing_kernel import is_spaced

LINE = np.array([[0.0], [1.0], [2.0], [5.0], [6.0]])


def spacing_of(request: Request) -> Spacing:
    return RowSpacing(request.space(), request.labeled, request.least_squared_distance)


def test_a_row_is_admitted_if_it_keeps_its_distance_from_labeled_and_admitted_rows(
    request_for: Callable[..., Request],
) -> None:
    config = SelectionConfig("RANDOM", -1, 2, normalize=False)
    admitted = spacing_of(request_for(LINE, config, labeled=[0]))
    assert [row for row in (1, 2, 3, 4) if admitted.admits(row)] == [2, 3]


def test_there_is_room_for_any_number_of_rows(
    request_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spacing, "_SPARE_ROWS", 1)
    rows = np.arange(50.0)[:, None]
    admitted = spacing_of(request_for(rows, SelectionConfig("RANDOM", -1, 1, normalize=False)))
    assert all(admitted.admits(row) for row in range(50))
    assert not any(admitted.admits(row) for row in range(50))


def test_a_distance_of_exactly_the_least_is_enough() -> None:
    others = np.zeros((2, 16), np.float32)
    others[:, 0] = [3, -4]
    vector = np.zeros((1, 16), np.float32)
    assert is_spaced(vector, others, np.float32(9))
    assert not is_spaced(vector, others, np.float32(9.001))
    assert is_spaced(vector, others[:0], np.float32(9))
