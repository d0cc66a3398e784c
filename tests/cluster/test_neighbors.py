"""The neighbor graph of shards: that of one machine, to the last bit, wherever the shards are cut."""

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from al_core.cluster import Cluster, dask_cluster
from al_core.cluster import neighbors as sharded
from al_core.cluster.in_process import InProcessCluster
from al_core.cluster.neighbor_work import SearchCells
from al_core.cluster.neighbors import find_neighbors, finds_neighbors
from al_core.exceptions import Cancelled, InvalidInputError, MissingInputError
from al_core.geometry import cells, neighbors
from al_core.geometry.inverted_lists import list_search
from al_core.geometry.neighbors import nearest_neighbors
from al_core.geometry.space import Space
from al_core.geometry.threads import workers
from tests.cluster.forgetful import ForgetfulCluster
from tests.cluster.processes import DaskProcesses
from tests.patience import PATIENCE

N_ROWS = 3_000
K = 6

VECTORS: dict[str, Callable[[np.random.Generator], NDArray[Any]]] = {
    "clusters": lambda rng: rng.normal(size=(40, 9))[rng.integers(0, 40, N_ROWS)] + 0.1 * rng.normal(size=(N_ROWS, 9)),
    # Cells do not separate them, so all rows are compared with all.
    "no structure": lambda rng: rng.normal(size=(N_ROWS, 40)),
    # Equal distances everywhere, rows with few copies and with many.
    "grid": lambda rng: np.concatenate([rng.integers(1, 9, (N_ROWS - 200, 3)), np.full((200, 3), 2)]),
    "sorted": lambda rng: np.sort(rng.normal(size=(N_ROWS, 3)), axis=0),
}

CLUSTERS = {
    "1": InProcessCluster(1),
    "2": InProcessCluster(2),
    "3": InProcessCluster(3),
    "7": InProcessCluster(7),
    "uneven 2": InProcessCluster(cuts=[1]),
    "uneven 3": InProcessCluster(cuts=[1_001, 2_950]),
    "uneven 7": InProcessCluster(cuts=[1, 2, 700, 705, 1_900, 2_999]),
    "forgetful 3": ForgetfulCluster(3),
}


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand rows are many, and each step takes several works."""
    monkeypatch.setattr(neighbors, "_EXACT_ROWS", 1_000)
    monkeypatch.setattr(cells, "_MOST_ASSIGNED_ROWS", 128)
    monkeypatch.setattr(sharded, "_WORK_BYTES", 10_000)
    monkeypatch.setattr(sharded, "_COMPARED_ROWS", 1_024)


def assert_equal_graphs(cluster: Cluster, embeddings: NDArray[Any], k: int, *, normalize: bool) -> None:
    there = find_neighbors(cluster, embeddings, k, normalize=normalize)
    here = nearest_neighbors(embeddings, k, normalize=normalize)
    np.testing.assert_array_equal(there.indices, here.indices)
    np.testing.assert_array_equal(there.distances, here.distances)


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("vectors", VECTORS)
def test_shards_find_the_neighbors_of_one_machine(vectors: str, name: str) -> None:
    embeddings = VECTORS[vectors](np.random.default_rng(0))
    assert_equal_graphs(CLUSTERS[name], embeddings, K, normalize=vectors == "clusters")


@pytest.mark.parametrize(("vectors", "are_worth_it"), [("clusters", True), ("grid", True), ("no structure", False)])
def test_the_vectors_above_are_looked_for_both_in_cells_and_among_all(vectors: str, are_worth_it: bool) -> None:
    embeddings = VECTORS[vectors](np.random.default_rng(0))
    space = Space.from_embeddings(embeddings, np.arange(N_ROWS), normalize=vectors == "clusters")
    with workers() as pool:
        found = list_search(space, np.arange(N_ROWS), K, pool, lambda done: None)
    assert (found is not None) == are_worth_it


def test_rows_whose_cells_hold_too_few_others_get_the_neighbors_of_one_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cells, "_AIMED_RECALL", 0.01)
    embeddings = np.random.default_rng(0).normal(size=(N_ROWS, 3))
    assert_equal_graphs(InProcessCluster(3), embeddings, 30, normalize=False)


def test_groups_of_cells_that_need_too_many_vectors_are_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    n_vectors: list[int] = []
    run = SearchCells.run

    def counted(work: SearchCells, vectors: NDArray[np.float32], *arguments: Any) -> Any:
        n_vectors.append(len(vectors))
        return run(work, vectors, *arguments)

    monkeypatch.setattr(SearchCells, "run", counted)
    embeddings = VECTORS["clusters"](np.random.default_rng(0))
    assert_equal_graphs(InProcessCluster(2), embeddings, K, normalize=True)
    most = max(n_vectors)
    n_vectors.clear()
    monkeypatch.setattr(sharded, "_MOST_WORK_BYTES", 4 * 9 * most // 2)
    assert_equal_graphs(InProcessCluster(2), embeddings, K, normalize=True)
    assert max(n_vectors) <= most // 2


def test_few_rows_that_do_not_repeat_are_compared_as_on_one_machine() -> None:
    embeddings = np.ones((N_ROWS, 4))
    embeddings[::5] = np.random.default_rng(0).normal(size=(600, 4))
    assert_equal_graphs(InProcessCluster(3), embeddings, K, normalize=False)


def test_progress_rises_to_its_end_and_counts_as_on_one_machine() -> None:
    calls: list[tuple[int, int]] = []
    embeddings = VECTORS["clusters"](np.random.default_rng(0))
    find_neighbors(InProcessCluster(3), embeddings, K, progress=lambda done, total: calls.append((done, total)))
    assert {total for _, total in calls} == {2 * N_ROWS}
    assert calls == sorted(calls)
    assert calls[0][0] == 0
    assert calls[-1][0] == 2 * N_ROWS
    assert len({done for done, _ in calls}) > 10


@pytest.mark.parametrize("at", [0, N_ROWS // 2, N_ROWS, 2 * N_ROWS - 1])
def test_a_cancel_ends_the_search_wherever_it_is(at: int) -> None:
    def cancel(done: int, total: int) -> None:
        if done >= at:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        find_neighbors(InProcessCluster(2), VECTORS["clusters"](np.random.default_rng(0)), K, progress=cancel)


@pytest.mark.parametrize("cuts", [(), (100,)])
def test_a_row_that_is_not_finite_is_named_wherever_shards_are_cut(cuts: Sequence[int]) -> None:
    embeddings = np.ones((N_ROWS, 2))
    embeddings[1_234, 1] = np.nan
    with pytest.raises(InvalidInputError, match="row 1234 is not finite"):
        find_neighbors(InProcessCluster(cuts=list(cuts)), embeddings, K)


def test_a_row_has_at_least_one_neighbor() -> None:
    with pytest.raises(InvalidInputError, match="1 or more, not 0"):
        find_neighbors(InProcessCluster(2), np.ones((N_ROWS, 2)), 0)


def test_few_rows_and_those_without_faiss_are_left_to_one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    assert finds_neighbors(1_001)
    assert not finds_neighbors(1_000)
    monkeypatch.setattr(sharded, "find_spec", lambda name: None)
    assert not finds_neighbors(1_001)


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_worker_that_is_killed_in_the_middle_changes_no_neighbor(
    share: float, mapped: Callable[[NDArray[Any]], NDArray[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine it takes a while until it is back.
    monkeypatch.setattr(dask_cluster, "_SECONDS_WITHOUT_WORKERS", PATIENCE)
    embeddings = mapped(VECTORS["clusters"](np.random.default_rng(0)).astype(np.float32))
    killed: list[int] = []

    with DaskProcesses.started(2) as processes, processes.connected_with(2) as cluster:

        def kill(done: int, total: int) -> None:
            if done >= share * total and not killed:
                killed.append(processes.worker_pids[0])
                os.kill(processes.worker_pids[0], signal.SIGKILL)

        there = find_neighbors(cluster, embeddings, K, progress=kill)
    here = nearest_neighbors(embeddings, K)
    assert killed
    np.testing.assert_array_equal(there.indices, here.indices)
    np.testing.assert_array_equal(there.distances, here.distances)


def test_workers_without_faiss_are_told_what_to_install() -> None:
    embeddings = VECTORS["clusters"](np.random.default_rng(0))
    with (
        DaskProcesses.started(0) as processes,
        processes.worker("import sys; sys.modules['faiss'] = None"),
        processes.connected_with(1) as cluster,
        pytest.raises(MissingInputError, match=rf"{processes.address} lacks the package faiss-cpu.*pip install"),
    ):
        find_neighbors(cluster, embeddings, K)
