"""Many writers on one dataset; `python -m benchmarks.writers` does the same for minutes."""

from pathlib import Path

import pytest

from benchmarks import writers


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_many_write_at_once_nothing_acknowledged_is_lost_and_everything_is_whole(
    tmp_path: Path, seed: int
) -> None:
    outcome = writers.run(tmp_path, seed=seed, limit="20")
    assert outcome.problems == []
    assert outcome.n_done > outcome.n_refused
