"""A map whose rows are placed by the workers of their shards: the map of one machine, to the last bit."""

import os
import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.cluster import connected, dask_cluster, placing
from al_core.cluster.in_process import InProcessCluster
from al_core.cluster.placing import PlaceRows, place_map
from al_core.exceptions import Cancelled, InvalidInputError
from al_core.projection import umap
from al_core.projection.umap import umap_2d
from tests.cluster.after import After
from tests.cluster.forgetful import ForgetfulCluster
from tests.cluster.processes import DaskProcesses
from tests.patience import PATIENCE

N_ROWS = 3_000
CUTS = {1: [], 2: [100], 3: [300, 2_000], 7: [256, 257, 700, 1_100, 2_047, 2_900]}
"""Uneven shards by their number; each begins at the next multiple of the rows that are placed at once."""


@pytest.fixture(autouse=True)
def has_landmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 3,000 rows be so many that they are placed, in several rounds."""
    monkeypatch.setattr(umap, "LANDMARKS_ABOVE", 1_000)
    monkeypatch.setattr(umap, "N_LANDMARKS", 300)
    monkeypatch.setattr(placing, "_ROUND_ROWS", 512)


def clouds() -> NDArray[np.float32]:
    """Clouds with repeated rows, some of which are zeros."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(30, 12))[rng.integers(0, 30, N_ROWS)] + 0.2 * rng.normal(size=(N_ROWS, 12))
    rows[500:560] = rows[7]
    rows[[3, 1_700]] = 0
    return rows.astype(np.float32)


@pytest.fixture(scope="module")
def expected() -> NDArray[np.float32]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(umap, "LANDMARKS_ABOVE", 1_000)
        patch.setattr(umap, "N_LANDMARKS", 300)
        return umap_2d(clouds(), seed=5)


@pytest.mark.parametrize("n_shards", CUTS)
def test_shards_of_any_number_and_size_make_the_map_of_one_machine(n_shards: int, expected: NDArray[Any]) -> None:
    for cluster in (InProcessCluster(n_shards), InProcessCluster(n_shards, CUTS[n_shards])):
        assert place_map(cluster, clouds(), seed=5).tobytes() == expected.tobytes()


def test_shards_that_are_read_again_in_the_middle_change_no_place(expected: NDArray[Any]) -> None:
    assert place_map(ForgetfulCluster(3), clouds(), seed=5).tobytes() == expected.tobytes()


def test_a_worker_that_is_killed_while_rows_are_placed_changes_no_place(
    mapped: Callable[..., Any], expected: NDArray[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "_SECONDS_WITHOUT_WORKERS", PATIENCE)
    calls: list[tuple[int, int]] = []
    with DaskProcesses.started(2) as processes, connected(processes.address) as cluster:
        # 300 of 1,000 are the layout of the landmarks.
        kill = After(400, lambda: os.kill(processes.worker_pids[0], signal.SIGKILL))

        def watch(done: int, total: int) -> None:
            calls.append((done, total))
            kill(done, total)

        assert place_map(cluster, mapped(clouds()), seed=5, progress=watch).tobytes() == expected.tobytes()
    assert kill.act is None
    assert calls == sorted(calls)
    assert calls[-1] == (1_000, 1_000)


def test_canceling_does_not_wait_for_rows_to_be_placed() -> None:
    def cancel() -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        place_map(InProcessCluster(2), clouds(), seed=5, progress=After(400, cancel))


def test_a_row_that_cannot_be_measured_is_named_before_anything_is_laid_out() -> None:
    damaged = clouds()
    damaged[2_345] = np.nan
    with pytest.raises(InvalidInputError, match="the embedding of row 2345 is not finite"):
        place_map(InProcessCluster(3), damaged, seed=0)
    with pytest.raises(InvalidInputError, match="the embedding of row 2345 is not finite"):
        umap_2d(damaged, seed=0)


def test_rows_are_not_placed_without_landmarks() -> None:
    with pytest.raises(ValueError, match="which are lent"):
        PlaceRows(np.arange(3)).run(None, lambda: None)  # type: ignore[arg-type] # it looks at no shard
