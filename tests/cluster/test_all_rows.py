"""What one worker of a cluster computes over all rows, and what becomes of it when that worker is killed."""

import os
import signal
from collections.abc import Callable

import numpy as np
import pytest

from al_core import workflow
from al_core.cluster import dask_cluster
from al_core.exceptions import Cancelled, ServerError
from al_core.geometry.neighbors import nearest_neighbors
from al_core.projection.project import Method, project
from al_core.steps.views import GRAPH_NEIGHBORS, neighbor_graph
from al_core.steps.where import Where
from al_core.store import Dataset, Kind, Workspace
from al_core.types import Progress
from tests.cluster.processes import DaskProcesses
from tests.patience import PATIENCE

N_ROWS = 21_000
"""So many that neighbors are looked for in cells."""


@pytest.fixture
def many(workspace: Workspace) -> Dataset:
    vectors = np.random.default_rng(0).normal(size=(N_ROWS, 8)).astype(np.float32)
    return workflow.create_dataset(workspace, "many", [f"{row}.png" for row in range(N_ROWS)], vectors)


@pytest.fixture
def few(workspace: Workspace) -> Dataset:
    vectors = np.random.default_rng(0).normal(size=(400, 40)).astype(np.float32)
    return workflow.create_dataset(workspace, "few", [f"{row}.png" for row in range(400)], vectors)


def assert_graph_of_one_machine(dataset: Dataset, cluster: str, progress: Progress | None = None) -> None:
    embedding = dataset.arrays.all(Kind.EMBEDDING)[0]
    there = neighbor_graph(dataset, embedding, progress, where=Where(cluster))
    here = nearest_neighbors(dataset.arrays.read(embedding), GRAPH_NEIGHBORS)
    np.testing.assert_array_equal(there.indices, here.indices)
    np.testing.assert_array_equal(there.distances, here.distances)


def test_a_worker_finds_the_neighbors_that_this_machine_finds(dask_processes: DaskProcesses, many: Dataset) -> None:
    assert_graph_of_one_machine(many, dask_processes.address)


@pytest.mark.parametrize("method", ["PCA", "UMAP"])
def test_a_worker_draws_the_map_that_this_machine_draws(
    dask_processes: DaskProcesses, few: Dataset, method: Method
) -> None:
    there = workflow.project(few, "default", method, seed=3, cluster=dask_processes.address)
    embeddings = few.arrays.read(few.arrays.all(Kind.EMBEDDING)[0])
    graph = nearest_neighbors(embeddings, GRAPH_NEIGHBORS) if method == "UMAP" else None
    np.testing.assert_array_equal(there, project(embeddings, method, seed=3, graph=graph))


class Once:
    """Progress that does something the first time."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act: Callable[[], None] | None = act

    def __call__(self, done: int, total: int) -> None:
        if self._act:
            act, self._act = self._act, None
            act()


def test_neighbors_whose_worker_is_killed_are_found_by_another(many: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine it takes a while until they are back.
    monkeypatch.setattr(dask_cluster, "_SECONDS_WITHOUT_WORKERS", PATIENCE)
    with DaskProcesses.started(2) as processes:

        def kill() -> None:
            # Whichever of them it is; both are started again.
            for pid in processes.worker_pids:
                os.kill(pid, signal.SIGKILL)

        assert_graph_of_one_machine(many, processes.address, Once(kill))


def test_a_scheduler_that_goes_stores_neither_graph_nor_map(many: Dataset) -> None:
    with DaskProcesses.started(2) as processes, pytest.raises(ServerError, match="was lost; nothing was stored"):
        workflow.project(many, "default", "UMAP", progress=Once(processes.kill), cluster=processes.address)
    assert many.arrays.all(Kind.NEIGHBORS) == []
    assert many.arrays.all(Kind.PROJECTION) == []


def test_canceling_a_map_stores_nothing(dask_processes: DaskProcesses, many: Dataset) -> None:
    def cancel() -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        workflow.project(many, "default", "UMAP", progress=Once(cancel), cluster=dask_processes.address)
    assert many.arrays.all(Kind.NEIGHBORS) == []
    assert many.arrays.all(Kind.PROJECTION) == []
