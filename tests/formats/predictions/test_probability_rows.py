from pathlib import Path

import numpy as np
import pytest

from al_core.exceptions import Cancelled
from al_core.formats.predictions import probability_rows
from al_core.formats.predictions.probability_files import ProbabilityFiles

MATRIX = np.arange(60).reshape(20, 3) / 64


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProbabilityFiles:
    """Parts of 5, 6 and 9 rows of other types, of which a request reads two rows at most."""
    monkeypatch.setattr(probability_rows, "RANGE_BYTES", 50)
    for number, (part, dtype) in enumerate(zip(np.split(MATRIX, [5, 11]), ["<f8", "<f2", ">f4"], strict=True)):
        np.save(tmp_path / f"{number}.npy", part.astype(dtype))
    return ProbabilityFiles.at(str(tmp_path))


@pytest.mark.parametrize(("start", "stop"), [(0, 20), (0, 5), (4, 12), (5, 11), (11, 11), (19, 20)])
def test_rows_are_read_across_parts(files: ProbabilityFiles, start: int, stop: int) -> None:
    read = files.rows(start, stop).read(lambda: None)
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, MATRIX[start:stop].astype(np.float32))


def test_values_too_large_become_infinite(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([[1e300, 0.5]]))
    assert ProbabilityFiles.at(str(tmp_path / "p.npy")).rows(0, 1).read(lambda: None).tolist() == [[np.inf, 0.5]]


def test_reading_stops_between_requests(files: ProbabilityFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probability_rows, "RANGES_AT_ONCE", 1)
    n_ticks = 0

    def cancel() -> None:
        nonlocal n_ticks
        n_ticks += 1
        if n_ticks == 3:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        files.rows(0, 20).read(cancel)
