"""Selections on real Dask processes, which are killed, slow, or of another version."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.cluster import connected, dask_cluster, select
from al_core.cluster.calls import CheckRows
from al_core.cluster.shards import plans_of
from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import Cancelled, InvalidInputError, MissingInputError, NotAllowedError, ServerError
from al_core.selection import select as select_here
from tests.cluster.after import After
from tests.cluster.contract import CASES, VECTORS, config_of, id_of, inputs_of, is_refused
from tests.cluster.processes import DaskProcesses

FARTHEST = SelectionConfig("CORESET", 2_000)


@pytest.fixture(scope="module")
def embeddings(tmp_path_factory: pytest.TempPathFactory) -> NDArray[Any]:
    """Mapped from a file, as a workspace keeps them: enough for many rounds."""
    path = tmp_path_factory.mktemp("embeddings") / "embeddings.npy"
    np.save(path, VECTORS["normal"](np.random.default_rng(4), 12_000, 24).astype(np.float32))
    mapped: NDArray[Any] = np.load(path, mmap_mode="r")
    return mapped


@pytest.mark.parametrize(("method", "form", "options"), CASES, ids=id_of)
def test_every_method_picks_the_rows_of_one_machine(
    dask_processes: DaskProcesses,
    mapped: Callable[..., Any],
    method: SamplingMethod,
    form: dict[str, Any],
    options: str,
) -> None:
    rng = np.random.default_rng(0)
    vectors = mapped(VECTORS["grid"](rng, 500, 4).astype(np.float32))
    inputs = inputs_of(rng, vectors)
    config = config_of(method, form, options, 60)
    if is_refused(method, form, options):
        return
    with connected(dask_processes.address) as cluster:
        assert cluster.n_shards == 2
        chosen = select(cluster, vectors, config, **inputs)
    assert chosen.tolist() == select_here(vectors, config, **inputs).tolist()


@pytest.mark.parametrize("n_shards", [1, 3, 7])
def test_any_number_of_shards_on_two_workers_picks_the_same_rows(
    dask_processes: DaskProcesses, embeddings: NDArray[Any], monkeypatch: pytest.MonkeyPatch, n_shards: int
) -> None:
    monkeypatch.setattr(dask_cluster.DaskCluster, "n_shards", n_shards)
    config = SelectionConfig("CORESET", 300)
    with connected(dask_processes.address) as cluster:
        chosen = select(cluster, embeddings, config)
    assert chosen.tolist() == select_here(embeddings, config).tolist()


def test_an_array_in_memory_is_sent_to_the_workers(dask_processes: DaskProcesses, embeddings: NDArray[Any]) -> None:
    config = SelectionConfig("CORESET", 50)
    sent = np.array(embeddings[:3_000])
    with connected(dask_processes.address) as cluster:
        assert select(cluster, sent, config).tolist() == select_here(sent, config).tolist()


@pytest.mark.parametrize(
    ("method", "form", "n_picked"),
    [
        ("CORESET", {}, 0),
        ("CORESET", {}, 200),
        ("CORAL", {"coral": "product"}, 200),
        ("CORAL", {}, 0),
        ("RANDOM", {"min_distance": 2.0}, 100),
        ("ACTIVE_LEARNING", {}, 0),
    ],
)
def test_a_worker_killed_in_the_middle_changes_no_row(
    embeddings: NDArray[Any], method: str, form: dict[str, Any], n_picked: int
) -> None:
    scores = np.random.default_rng(5).random(len(embeddings))
    config = SelectionConfig(method, 800, normalize=False, seed=1, **form)
    expected = select_here(embeddings, config, scores=scores).tolist()
    with DaskProcesses.started(2) as processes:

        def kill() -> None:
            os.kill(processes.worker_pids[1], signal.SIGKILL)

        with connected(processes.address) as cluster:
            chosen = select(cluster, embeddings, config, scores=scores, progress=After(n_picked, kill))
    assert chosen.tolist() == expected


def test_workers_that_are_all_killed_and_started_again_change_no_row(embeddings: NDArray[Any]) -> None:
    expected = select_here(embeddings, FARTHEST).tolist()
    with DaskProcesses.started(2) as processes, connected(processes.address) as cluster:

        def kill() -> None:
            for pid in processes.worker_pids:
                os.kill(pid, signal.SIGKILL)

        assert select(cluster, embeddings, FARTHEST, progress=After(100, kill)).tolist() == expected


def test_a_scheduler_that_goes_ends_the_selection_with_the_reason(embeddings: NDArray[Any]) -> None:
    with DaskProcesses.started(2) as processes, connected(processes.address) as cluster:
        lost = rf"connection to the scheduler at {processes.address} was lost"
        with pytest.raises(ServerError, match=lost):
            select(cluster, embeddings, FARTHEST, progress=After(100, processes.kill))


def test_workers_that_all_go_end_the_selection_with_the_reason(
    embeddings: NDArray[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "_SECONDS_WITHOUT_WORKERS", 1)
    with (
        DaskProcesses.started(0) as processes,
        processes.worker() as worker,
        processes.connected_with(1) as cluster,
        pytest.raises(ServerError, match="no worker of the scheduler"),
    ):
        select(cluster, embeddings, FARTHEST, progress=After(100, worker.kill))


def test_a_worker_of_another_version_that_joins_later_gives_no_answer(embeddings: NDArray[Any]) -> None:
    setup = "import al_core; al_core.__version__ = '0.0.1'"
    with (
        DaskProcesses.started(0) as processes,
        processes.worker() as first,
        processes.connected_with(1) as cluster,
        processes.worker(setup),
    ):
        processes.wait_for_workers(2)
        with pytest.raises(NotAllowedError, match=r"has al_core 0\.0\.1"):
            select(cluster, embeddings, FARTHEST, progress=After(100, first.kill))


def test_a_slow_worker_changes_no_row(embeddings: NDArray[Any]) -> None:
    config = SelectionConfig("CORESET", 300)
    with DaskProcesses.started(2) as processes, connected(processes.address) as cluster:

        def pause() -> None:
            os.kill(processes.worker_pids[0], signal.SIGSTOP)
            threading.Timer(2, os.kill, (processes.worker_pids[0], signal.SIGCONT)).start()

        chosen = select(cluster, embeddings, config, progress=After(50, pause))
    assert chosen.tolist() == select_here(embeddings, config).tolist()


def test_canceling_does_not_wait_for_the_workers(dask_processes: DaskProcesses, embeddings: NDArray[Any]) -> None:
    def cancel() -> None:
        raise Cancelled("stop")

    with connected(dask_processes.address) as cluster:
        with pytest.raises(Cancelled):
            select(cluster, embeddings, FARTHEST, progress=After(0, cancel))
        # The workers are free for the next selection.
        config = SelectionConfig("CORESET", 20)
        assert select(cluster, embeddings, config).tolist() == select_here(embeddings, config).tolist()


def test_a_row_that_cannot_be_measured_is_named(dask_processes: DaskProcesses, mapped: Callable[..., Any]) -> None:
    damaged = np.ones((60, 3), np.float32)
    damaged[47] = np.nan
    with connected(dask_processes.address) as cluster, pytest.raises(InvalidInputError, match="embedding of row 47"):
        select(cluster, mapped(damaged), SelectionConfig("CORESET", 4))


def test_workers_that_do_not_see_the_file_are_said(
    dask_processes: DaskProcesses, mapped: Callable[..., Any], tmp_path: Path
) -> None:
    starts = np.array([0, 30, 60])
    plans = plans_of(mapped(np.ones((60, 3), np.float32)), np.arange(60), starts, normalize=True)
    (tmp_path / "0.npy").unlink()
    with (
        connected(dask_processes.address) as cluster,
        cluster.shards(plans, starts) as shards,
        pytest.raises(MissingInputError, match="does not see"),
    ):
        shards.ask([CheckRows()] * 2, lambda: None)
