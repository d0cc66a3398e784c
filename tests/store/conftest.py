"""Several connections to one workspace, as several processes have them; arrays in files and in a bucket."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from al_core.store import Dataset, LocalDataset, Workspace
from tests.buckets import new_bucket, use_endpoint

ON_BOTH = {
    "test_arrays",
    "test_concurrency",
    "test_counting_in",
    "test_dataset",
    "test_grow",
    "test_label_sets",
    "test_local_arrays",
    "test_local_dataset",
    "test_local_filenames",
    "test_local_label_sets",
    "test_local_models",
    "test_model_rows",
    "test_models",
    "test_read_only",
    "test_restoration",
    "test_samples",
    "test_storages",
    "test_tags",
    "test_tombstones",
    "test_transactions",
    "test_checks",
    "test_doctor",
    "test_workspace",
}
"""The modules whose tests run twice: what they say of a store holds wherever its arrays are."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    name = metafunc.module.__name__.rpartition(".")[2]
    if name in ON_BOTH and "workspace" in metafunc.fixturenames:
        is_of_files = any(metafunc.definition.iter_markers("files_only"))
        metafunc.parametrize("arrays_in", ["files"] if is_of_files else ["files", "bucket"], indirect=True)


@pytest.fixture(autouse=True)
def arrays_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where new workspaces have their arrays: in "files" of the home, or in a "bucket" of S3."""
    place = str(getattr(request, "param", "files"))
    monkeypatch.delenv("AL_CORE_ARRAYS", raising=False)
    if place == "bucket":
        endpoint = request.getfixturevalue("s3")
        use_endpoint(monkeypatch, endpoint)
        monkeypatch.setenv("AL_CORE_ARRAYS", f"s3://{new_bucket(endpoint)}/arrays of tests")
    return place


@pytest.fixture
def dataset(dataset: Dataset) -> LocalDataset:
    assert isinstance(dataset, LocalDataset)
    return dataset


@pytest.fixture
def elsewhere(workspace: Workspace, dataset: LocalDataset) -> Iterator[LocalDataset]:
    """The same dataset as another process has read it."""
    with Workspace(workspace.home) as other:
        yield other.dataset(dataset.id)


@pytest.fixture
def shared_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL_CORE_DATABASE_URL names one database for all homes: that of the test run, or a file."""
    if "AL_CORE_DATABASE_URL" not in os.environ:
        monkeypatch.setenv("AL_CORE_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
