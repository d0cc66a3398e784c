"""The whole main job with the catalog in PostgreSQL, the arrays in a bucket, and the work on two Dask workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from distributed import Client, get_task_stream
from playwright.sync_api import Page, expect

from al_core.steps.selections import selection_of
from al_core.steps.stored_pool import stored_request
from al_core.store import Kind, LocalDataset, Workspace
from tests.buckets import client, new_bucket, use_endpoint
from tests.cluster.processes import DaskProcesses
from tests.digit_project import CLASSES, N_IMAGES, names, write_photos
from tests.e2e.navigation import go_to, press_button, wait_for_run
from tests.e2e.server import running_app
from tests.e2e.test_main_job import set_number
from tests.e2e.test_three_rounds import download, embed, put

N_NEW = 20
ROUND = "al-iteration-1"


@dataclass(frozen=True)
class Machines:
    """What one dashboard works with.

    Attributes:
        address: Of the dashboard.
        home: Of the dashboard.
        scheduler: The address of the Dask scheduler.
        storage: The address of the S3 server.
        bucket: Its name there.
    """

    address: str
    home: Path
    scheduler: str
    storage: str
    bucket: str

    @contextmanager
    def working(self) -> Iterator[set[str]]:
        """Yield a set that holds, once the block has ended, the workers that did something in it."""
        workers: set[str] = set()
        with (
            Client(self.scheduler, set_as_default=False) as scheduler,
            get_task_stream(client=scheduler) as stream,
        ):
            yield workers
        workers.update(task["worker"] for task in stream.data)

    def object_keys(self) -> list[str]:
        """Return the keys of everything in the bucket."""
        return [entry["Key"] for entry in client(self.storage).list_objects_v2(Bucket=self.bucket)["Contents"]]


@pytest.fixture
def machines(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machines]:
    """A dashboard and two workers with a home of their own: what they share is in the bucket and in the database."""
    use_endpoint(monkeypatch, s3)
    bucket = new_bucket(s3)
    home = tmp_path / "dashboard"
    # The demo was offered before: the workspace is empty.
    (home / "demo").mkdir(parents=True)
    (home / "demo" / "offered").touch()
    monkeypatch.setenv("AL_CORE_HOME", str(tmp_path / "worker"))
    with DaskProcesses.started(2) as processes:
        monkeypatch.setenv("AL_CORE_ARRAYS", f"s3://{bucket}/arrays")
        with running_app(home, AL_CORE_CLUSTER=processes.address) as address:
            yield Machines(address, home, processes.address, s3, bucket)


@pytest.fixture
def streamlit_server(machines: Machines) -> str:
    return machines.address


def test_predictions_in_filenames_out_beyond_one_machine(page: Page, machines: Machines, tmp_path: Path) -> None:
    with machines.working() as workers_that_embedded:
        embed(page, write_photos(tmp_path / "photos"))
    assert workers_that_embedded

    go_to(page, "Predictions")
    put(page, prediction_file(tmp_path))
    expect(page.get_by_text(f"{N_IMAGES} of {N_IMAGES} samples have a prediction")).to_be_visible()
    press_button(page, "Store and score")
    expect(page.get_by_text(f"Scored {N_IMAGES} images (3 scores)")).to_be_visible()
    wait_for_run(page)

    with machines.working() as workers_that_projected:
        go_to(page, "Explore")
        page.locator(f".map[data-ready='{N_IMAGES}']").wait_for()
        expect(page.locator("[role=radio][aria-checked=true]", has_text="UMAP")).to_be_attached()
        wait_for_run(page)
    assert workers_that_projected

    with machines.working() as workers_that_selected:
        filenames = select(page, tmp_path)
    # Each holds a shard.
    assert len(workers_that_selected) == 2

    with Workspace(tmp_path / "another server") as workspace:
        photos = workspace.dataset("photos")
        assert filenames == selected_here(photos)
        expect_in_the_bucket(machines, photos)


def select(page: Page, folder: Path) -> list[str]:
    """Run the selection that the page proposes, look at its card, and download its list."""
    go_to(page, "Select")
    expect(page.get_by_role("radio", name="CORAL")).to_be_checked()
    set_number(page, "New images", N_NEW)
    expect(page.get_by_role("spinbutton", name="Total labeled")).to_have_value(str(N_NEW))
    wait_for_run(page)
    press_button(page, "Run selection")
    expect(page.get_by_role("heading", name=ROUND, exact=True)).to_be_visible()
    wait_for_run(page)
    expect(page.locator(".card-strip").first).to_be_visible()
    return download(page, "Download the selected filenames", folder).read_text().splitlines()


def prediction_file(folder: Path) -> Path:
    """A model that is the less sure the later an image comes."""
    first = np.linspace(0.99, 0.2, N_IMAGES)
    lines = [",".join(["filename", *CLASSES])]
    for name, probability in zip(names(), first, strict=True):
        others = (1 - probability) / (len(CLASSES) - 1)
        lines.append(",".join([name, f"{probability:.6f}", *[f"{others:.6f}"] * (len(CLASSES) - 1)]))
    path = folder / "my-model.csv"
    path.write_text("\n".join(lines))
    return path


def selected_here(dataset: LocalDataset) -> list[str]:
    """Return the list of the stored selection, once this process has picked the same rows by itself."""
    selection = selection_of(dataset, dataset.tag(ROUND))
    request = stored_request(dataset, selection)
    # The others test, and are drawn beside those that the method picks.
    request = replace(request, config=replace(request.config, n_samples=len(selection.picked_rows)))
    # Those found by a worker; this process finds its own.
    for stored in dataset.arrays.all(Kind.NEIGHBORS):
        dataset.arrays.delete(Kind.NEIGHBORS, stored.name)
    assert request.where.cluster is None
    assert request.select().tolist() == selection.picked_rows.tolist()
    return dataset.filenames(selection.added_rows)


def expect_in_the_bucket(machines: Machines, dataset: LocalDataset) -> None:
    keys = machines.object_keys()
    stored = dataset.arrays.every()
    assert {Kind.EMBEDDING, Kind.PREDICTION, Kind.PROJECTION, Kind.SCORE, Kind.SELECTION} <= {
        each.kind for each in stored
    }
    assert all(any(each.id in key for key in keys) for each in stored)
    assert list(machines.home.glob("datasets/**/*.npy")) == []
