from pathlib import Path

import numpy as np
import pytest

from al_core.demos import recording
from al_core.demos.digits import Digits
from al_core.store import Workspace


def test_a_recording_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FOLDER", tmp_path)
    written = [
        recording.RecordedRound(np.array([3, 0, 1796]), {"slopes": np.array([[0.5]])}),
        recording.RecordedRound(np.array([7]), {"slopes": np.array([[0.25]])}),
    ]
    recording.write_recording("some", written)
    for before, after in zip(written, recording.read_recording("some"), strict=True):
        assert after.picked_rows.tolist() == before.picked_rows.tolist()
        assert after.weights["slopes"] == before.weights["slopes"]


def test_all_recordings_take_less_than_two_megabytes() -> None:
    assert sum(path.stat().st_size for path in recording.FOLDER.iterdir()) < 2_000_000


def test_the_first_recorded_round_is_what_selecting_and_training_come_to(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        fresh = next(iter(Digits().record(workspace)))
    recorded = recording.read_recording("digits")[0]
    assert fresh.picked_rows.tolist() == recorded.picked_rows.tolist()
    # Iterative solvers end a little apart on other machines.
    before, after = (Digits().predict(each.weights).outputs for each in (recorded, fresh))
    assert np.abs(np.asarray(before) - np.asarray(after)).max() < 0.01
