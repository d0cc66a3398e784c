"""The steps of a selection on a cluster of Dask processes."""

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from al_core import workflow
from al_core.cluster import connection, scoring
from al_core.config import SelectionConfig
from al_core.exceptions import InvalidInputError, ServerError
from al_core.geometry.neighbors import nearest_neighbors
from al_core.objects.objects import Objects
from al_core.selection import select
from al_core.steps.selection_plan import SelectionInputs, SelectionPlan
from al_core.steps.views import GRAPH_NEIGHBORS, neighbor_graph
from al_core.steps.where import Where
from al_core.store import Dataset, Kind, Workspace
from tests.buckets import new_bucket
from tests.cluster.after import After
from tests.cluster.processes import DaskProcesses


@pytest.fixture
def many(workspace: Workspace) -> Dataset:
    """More than 128 samples for each that is selected: CORAL looks at a sample and not at the graph."""
    rng = np.random.default_rng(0)
    names = [f"{row:04}.png" for row in range(3_000)]
    dataset = workflow.create_dataset(workspace, "many", names, rng.normal(size=(3_000, 6)))
    workflow.store_scores(dataset, np.arange(3_000), {"mine": rng.random(3_000)})
    return dataset


@pytest.mark.parametrize(
    ("method", "options"),
    [("CORESET", {}), ("CORAL", {}), ("CORAL", {"coral": "product"}), ("RANDOM", {}), ("ACTIVE_LEARNING", {})],
)
def test_a_selection_on_a_cluster_is_that_of_this_machine(
    dask_processes: DaskProcesses, many: Dataset, method: str, options: dict[str, Any]
) -> None:
    config = SelectionConfig(method, 20, seed=1, name="there", **options)
    request = SelectionPlan.of(many, config, SelectionInputs()).request()
    expected = request.select().tolist()
    many.arrays.delete(Kind.NEIGHBORS, "indices of default")
    there = workflow.run_selection(many, config, cluster=dask_processes.address)
    assert there.added_rows.tolist() == expected
    assert there.quality == request.quality(there.added_rows)


def test_the_environment_names_the_cluster(
    dask_processes: DaskProcesses, many: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = SelectionConfig("CORESET", 20, seed=1, name="there")
    expected = SelectionPlan.of(many, config, SelectionInputs()).request().select().tolist()
    monkeypatch.setenv("AL_CORE_CLUSTER", dask_processes.address)
    assert workflow.run_selection(many, config).added_rows.tolist() == expected
    monkeypatch.setenv("AL_CORE_CLUSTER", "tcp://127.0.0.1:9")
    monkeypatch.setattr(connection, "_SECONDS_TO_CONNECT", 1)
    with pytest.raises(ServerError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        workflow.run_selection(many, SelectionConfig("CORESET", 40, seed=1, name="nowhere"))
    assert "nowhere" not in {tag.name for tag in many.tags()}


def test_a_cluster_builds_no_graph_that_it_does_not_read(dask_processes: DaskProcesses, many: Dataset) -> None:
    workflow.run_selection(many, SelectionConfig("CORAL", 20, seed=1, name="few"), cluster=dask_processes.address)
    assert many.arrays.all(Kind.NEIGHBORS) == []


def test_a_cluster_reads_the_graph_where_one_machine_does(dask_processes: DaskProcesses, many: Dataset) -> None:
    config = SelectionConfig("CORAL", 100, seed=1, name="many")
    expected = SelectionPlan.of(many, config, SelectionInputs()).request().select().tolist()
    there = workflow.run_selection(many, config, cluster=dask_processes.address)
    assert there.added_rows.tolist() == expected
    assert len(many.arrays.all(Kind.NEIGHBORS)) == 2


def test_what_a_cluster_refuses_stores_nothing(dask_processes: DaskProcesses, many: Dataset) -> None:
    damaged = np.asarray(many.arrays.read(many.arrays.all(Kind.EMBEDDING)[0])).copy()
    damaged[7] = 0
    workflow.add_embeddings(many, many.filenames(), damaged, name="damaged")
    with pytest.raises(InvalidInputError, match="row 7 is all zeros"):
        workflow.run_selection(many, SelectionConfig("CORESET", 20, name="damaged"), cluster=dask_processes.address)
    assert "damaged" not in {tag.name for tag in many.tags()}


def test_workers_read_their_shards_from_a_bucket(
    workspace_in_a_bucket: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = np.random.default_rng(0).normal(size=(3_000, 6)).astype(np.float32)
    names = [f"{row:04}.png" for row in range(3_000)]
    dataset = workflow.create_dataset(workspace_in_a_bucket, "many", names, vectors)
    workflow.store_scores(dataset, np.arange(3_000), {"mine": np.linspace(0, 1, 3_000)})
    # The cache of the machine that asks is empty, and stays so: only workers read the embedding.
    for file in (workspace_in_a_bucket.home / "cache").glob("*.npy"):
        file.unlink()
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "worker"))
    configs = [
        SelectionConfig("CORESET", 20, seed=1, name="coreset"),
        SelectionConfig("CORAL", 20, seed=1, name="coral"),
        SelectionConfig("RANDOM", 20, seed=1, name="random", min_distance=0.3),
    ]
    with DaskProcesses.started(2) as processes:
        picked = [workflow.run_selection(dataset, config, cluster=processes.address) for config in configs]
    for config, there in zip(configs, picked, strict=True):
        assert there.added_rows.tolist() == select(vectors, config, scores=np.linspace(0, 1, 3_000)).tolist()
    digest = dataset.arrays.all(Kind.EMBEDDING)[0].digest
    assert not (workspace_in_a_bucket.home / "cache" / f"{digest}.npy").exists()


def probabilities_in_a_bucket(folder: Path, monkeypatch: pytest.MonkeyPatch, n_rows: int) -> str:
    """Return the address of two files, of which a piece has a thousand rows."""
    monkeypatch.setattr(scoring, "PIECE_VALUES", 4_000)
    objects = Objects(f"s3://{new_bucket(os.environ['AWS_ENDPOINT_URL'])}/probabilities")
    for number, part in enumerate(np.array_split(np.random.default_rng(1).dirichlet(np.ones(4), n_rows), 2)):
        np.save(folder / "part.npy", part)
        objects.write({f"{number}.npy": (folder / "part.npy").read_bytes()})
    return objects.address


def test_workers_find_the_neighbors_of_rows_in_a_bucket(
    workspace_in_a_bucket: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So many that neighbors are looked for in cells.
    vectors = np.random.default_rng(0).normal(size=(21_000, 8)).astype(np.float32)
    dataset = workflow.create_dataset(workspace_in_a_bucket, "many", [f"{row}.png" for row in range(21_000)], vectors)
    for file in (workspace_in_a_bucket.home / "cache").glob("*.npy"):
        file.unlink()
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "worker"))
    embedding = dataset.arrays.all(Kind.EMBEDDING)[0]
    # Workers of a bucket are not started twice: these also score probabilities that are in one, and one of them dies.
    probabilities = probabilities_in_a_bucket(tmp_path, monkeypatch, len(vectors))
    with DaskProcesses.started(2) as processes:
        there = neighbor_graph(dataset, embedding, where=Where(processes.address))
        kill = After(5_000, lambda: os.kill(processes.worker_pids[1], signal.SIGKILL))
        scored = workflow.score_probabilities(dataset, probabilities, cluster=processes.address, progress=kill)
    expected = workflow.score_probabilities(dataset, probabilities).scores
    assert {name: values.tobytes() for name, values in scored.scores.items()} == {
        name: values.tobytes() for name, values in expected.items()
    }
    here = nearest_neighbors(vectors, GRAPH_NEIGHBORS)
    np.testing.assert_array_equal(there.indices, here.indices)
    np.testing.assert_array_equal(there.distances, here.distances)
    assert not (workspace_in_a_bucket.home / "cache" / f"{embedding.digest}.npy").exists()
