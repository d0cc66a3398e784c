"""Images embedded by Dask processes, which are killed, see no files, or have another model."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from al_core import workflow
from al_core.cluster import connected, connection, dask_cluster
from al_core.cluster.embedding import EmbedImages, embedder_on
from al_core.cluster.in_process import InProcessCluster
from al_core.commands.main import main
from al_core.embedding import load_model
from al_core.embedding.checkpoint import EmbeddedImages, embed_folder
from al_core.embedding.embed import Embedder, embed_here
from al_core.exceptions import Cancelled, InvalidInputError, MissingInputError, NotAllowedError, ServerError
from al_core.store import Kind, Workspace
from al_core.types import Progress
from tests.cluster.after import After
from tests.cluster.processes import DaskProcesses
from tests.embedding.models import mean_color
from tests.patience import PATIENCE

N_IMAGES = 100
NAMES = [f"{number:03}.png" for number in range(N_IMAGES)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Images of random pixels, and in the middle of them a file that is none."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "images"
    folder.mkdir()
    for name in NAMES:
        Image.fromarray(rng.integers(0, 256, (24, 24, 3), np.uint8)).save(folder / name)
    (folder / "050b.png").write_bytes(b"not an image")
    return folder


def embedded(folder: Path, runs: Path, embedder: Embedder, model: Any = mean_color) -> EmbeddedImages:
    names = sorted(path.name for path in folder.iterdir())
    with embed_folder(folder, names, load_model(model), runs, embedder=embedder) as images:
        return images


def assert_equal(there: EmbeddedImages, here: EmbeddedImages) -> None:
    assert there.filenames == here.filenames
    assert there.embeddings.tobytes() == here.embeddings.tobytes()
    assert there.digests.tobytes() == here.digests.tobytes()
    assert [(image.path, image.reason) for image in there.broken] == [(i.path, i.reason) for i in here.broken]
    for name, values in here.metadata.items():
        assert there.metadata[name].tobytes() == values.tobytes()


@pytest.mark.parametrize("model", [mean_color, "efficientnet-lite0"])
def test_workers_embed_images_to_the_last_bit_as_this_machine_does(
    dask_processes: DaskProcesses, folder: Path, tmp_path: Path, model: Any
) -> None:
    for name in NAMES[20:]:
        (folder / name).unlink()
    with connected(dask_processes.address) as cluster:
        there = embedded(folder, tmp_path / "there", embedder_on(cluster, model), model)
    assert_equal(there, embedded(folder, tmp_path / "here", embed_here, model))


def test_a_worker_killed_in_the_middle_changes_no_embedding(folder: Path, workspace: Workspace, tmp_path: Path) -> None:
    with DaskProcesses.started(2) as processes:

        def kill() -> None:
            os.kill(processes.worker_pids[1], signal.SIGKILL)

        made = workflow.dataset_from_images(
            workspace, folder, "there", model=mean_color, progress=After(20, kill), cluster=processes.address
        )
    [stored] = made.dataset.arrays.all(Kind.EMBEDDING)
    here = embedded(folder, tmp_path / "here", embed_here)
    assert made.dataset.arrays.read(stored).tobytes() == here.embeddings.tobytes()
    assert len(made.broken) == 1


def test_a_scheduler_that_goes_stores_no_dataset_and_the_next_call_goes_on(folder: Path, workspace: Workspace) -> None:
    def embed(progress: Progress, cluster: str | None = None) -> workflow.EmbeddedFolder:
        return workflow.dataset_from_images(
            workspace, folder, "there", model=mean_color, progress=progress, cluster=cluster
        )

    with DaskProcesses.started(2) as processes, pytest.raises(ServerError, match="was lost; nothing was stored"):
        embed(After(20, processes.kill), processes.address)
    assert workspace.datasets() == []
    totals: list[int] = []
    assert embed(lambda done, total: totals.append(total)).dataset.n_samples == N_IMAGES
    # The file that is none is tried again.
    assert totals[0] <= N_IMAGES + 1 - 20


def test_canceling_stores_nothing(dask_processes: DaskProcesses, folder: Path, workspace: Workspace) -> None:
    def cancel() -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        workflow.dataset_from_images(
            workspace, folder, "there", model=mean_color, progress=After(0, cancel), cluster=dask_processes.address
        )
    assert workspace.datasets() == []


def test_a_worker_of_another_version_that_joins_later_embeds_nothing(
    folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It takes its time on a busy machine, and until then there is none.
    monkeypatch.setattr(dask_cluster, "_SECONDS_WITHOUT_WORKERS", PATIENCE)
    setup = "import al_core; al_core.__version__ = '0.0.1'"
    with DaskProcesses.started(0) as processes, processes.worker() as first:
        processes.wait_for_workers(1)
        with processes.worker(setup), pytest.raises(NotAllowedError, match=r"has al_core 0\.0\.1"):
            workflow.dataset_from_images(
                workspace, folder, "there", model=mean_color, progress=After(20, first.kill), cluster=processes.address
            )
    assert workspace.datasets() == []


def test_the_shell_names_the_cluster_and_a_wrong_address_stores_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connection, "_SECONDS_TO_CONNECT", 1)
    home = tmp_path / "workspace"
    where = ["--workspace", str(home), "--cluster", "tcp://127.0.0.1:9"]
    assert main(["embed", str(folder), "--dataset", "there", *where]) == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:9: start one with" in capsys.readouterr().err
    with Workspace(home) as workspace:
        assert workspace.datasets() == []


def a_task(folder: Path, **changes: Any) -> EmbedImages:
    model = load_model(mean_color)
    return replace(EmbedImages(str(folder), tuple(NAMES[:2]), mean_color, model.facts), **changes)


def run(task: EmbedImages) -> None:
    InProcessCluster().run([task], lambda: None)


def test_a_worker_that_does_not_see_the_folder_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"does not see .*nowhere: keep the images on storage that all workers"):
        run(a_task(tmp_path / "nowhere"))


def test_a_folder_with_other_images_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"holds other images on .*'000\.png' is not there"):
        run(a_task(tmp_path))


def test_a_worker_with_another_model_is_refused(folder: Path) -> None:
    facts = load_model(mean_color).facts | {"model_digest": "1234"}
    with pytest.raises(NotAllowedError, match=r"another model .*\(model_digest None instead of 1234\)"):
        run(a_task(folder, facts=facts))


def test_a_model_that_a_worker_cannot_load_is_said(folder: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"a worker on .* cannot load the model: .*no_such_module"):
        run(a_task(folder, option="python:no_such_module:f"))


def test_a_loaded_model_does_not_travel() -> None:
    with pytest.raises(NotAllowedError, match="workers load models themselves: give its name"):
        embedder_on(InProcessCluster(), load_model(mean_color))
